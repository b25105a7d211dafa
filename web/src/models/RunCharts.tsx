import "@mantine/charts/styles.layer.css";

import { LineChart } from "@mantine/charts";
import { MultiSelect, Stack, Title } from "@mantine/core";
import { useState } from "react";

import type { RunDetails } from "@/store/models";
import type { Task } from "@/store/projects";
import { percent } from "@/ui/words";

import classes from "./models.module.css";
import { byClassWords, FIGURE } from "./figureWords";
import { accuracyRows, classRows, lossRows, weakestClasses } from "./curves";

type Metrics = RunDetails["metrics"];

const CLASS_INKS = ["graft.6", "blue.6", "orange.6", "grape.6", "cyan.6", "red.6"];

const Chart = ({
  title,
  rows,
  series,
  share = false,
}: {
  title: string;
  rows: Record<string, number | null>[];
  series: { name: string; color: string }[];
  share?: boolean;
}) => (
  <div role="img" aria-label={`${title}, epoch by epoch`}>
    <Title order={3} mb="xs">
      {title}
    </Title>
    <LineChart
      h={200}
      data={rows}
      dataKey="epoch"
      series={series}
      curveType="linear"
      withDots={rows.length < 30}
      strokeWidth={1.5}
      connectNulls
      withLegend
      legendProps={{ position: "bottom" }}
      lineChartProps={{ accessibilityLayer: false }}
      lineProps={{ isAnimationActive: false }}
      yAxisProps={{ width: 56, domain: share ? [0, 1] : [0, "auto"] }}
      valueFormatter={(value) => (share ? percent(value, 0) : value.toPrecision(3))}
    />
  </div>
);

/** Loss and accuracy on images trained on and held out, and single classes. */
const RunCharts = ({ metrics, task }: { metrics: Metrics; task: Task }) => {
  const [chosen, setChosen] = useState<string[] | null>(null);
  const names = chosen ?? weakestClasses(metrics, 4);
  return (
    <Stack gap="md">
      <div className={classes.form}>
        <Chart
          title="Loss"
          rows={lossRows(metrics)}
          series={[
            { name: "trained on", color: "gray.5" },
            { name: "held out", color: "graft.6" },
          ]}
        />
        <Chart
          title={FIGURE[task]}
          share
          rows={accuracyRows(metrics)}
          series={[
            { name: "trained on", color: "gray.5" },
            { name: "held out", color: "graft.6" },
          ]}
        />
      </div>
      {metrics.per_class.length > 0 && (
        <>
          <MultiSelect
            label="Classes"
            description={byClassWords(task)}
            data={metrics.per_class.map((each) => each.class_name)}
            value={names}
            onChange={setChosen}
            maxValues={CLASS_INKS.length}
            searchable
          />
          <Chart
            title="Found, by class"
            share
            rows={classRows(metrics, names)}
            series={names.map((name, at) => ({ name, color: CLASS_INKS[at] ?? "gray.5" }))}
          />
        </>
      )}
    </Stack>
  );
};

export default RunCharts;
