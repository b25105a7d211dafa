import { Button, Group, Popover, Slider, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { useMemo, useState } from "react";

import { useImagesVersion, useProject } from "@/store/hooks";
import { rowOf, STATE } from "@/store/imageStates";
import { tryOut } from "@/store/images";
import type { ImageFilter } from "@/store/filters";
import type { GestureBody } from "@/store/gesture";
import { countWords } from "@/store/selector";
import { sayProblem } from "@/ui/toasts";
import { countOf } from "@/ui/words";

import { countFrom, risingConfidences } from "./thresholds";

const USUAL = 0.95;

/** Accepts every proposal of the shown images from a confidence on, as one gesture. */
export const AcceptSure = ({ order, filter }: { order: Uint32Array; filter: ImageFilter }) => {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} width={320} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<CheckCheck size={16} />} onClick={() => setOpened(!opened)}>
          Accept sure ones
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {opened && <Threshold order={order} filter={filter} onDone={() => setOpened(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
};

const Threshold = ({
  order,
  filter,
  onDone,
}: {
  order: Uint32Array;
  filter: ImageFilter;
  onDone: () => void;
}) => {
  const project = useProject();
  const version = useImagesVersion();
  const [threshold, setThreshold] = useState(USUAL);
  const rising = useMemo(() => {
    if (version < 0) return new Float32Array(0);
    const states = project.images.columns;
    return risingConfidences(
      states,
      Uint32Array.from(order, (id) => rowOf(states, id)).filter((row) => row !== 0xffffffff),
    );
  }, [order, project, version]);
  const count = countFrom(rising, threshold);
  const body: GestureBody = { kind: "accept", threshold, selector: { filter } };
  const dryRun = useMutation({ mutationFn: () => tryOut(project.id, body) });

  const accept = () => {
    const states = project.images.columns;
    const meant = order.filter((id) => {
      const row = rowOf(states, id);
      return (
        states.states[row] === STATE.proposed && (states.confidences[row] ?? NaN) >= Math.fround(threshold)
      );
    });
    const words = `${countWords(meant.length)} accepted from ${Math.round(threshold * 100)} % on`;
    project.perform(body, meant, words).catch(sayProblem);
    onDone();
  };

  return (
    <Stack gap="sm">
      <Text>
        Accept proposals from{" "}
        <Text span fw={600} className="tabular">
          {Math.round(threshold * 100)} %
        </Text>{" "}
        on
      </Text>
      <Slider
        thumbLabel="Least confidence"
        label={null}
        size={4}
        min={0.5}
        max={1}
        step={0.01}
        value={threshold}
        onChange={(value) => {
          setThreshold(value);
          dryRun.reset();
        }}
        data-autofocus
      />
      <Text c="dimmed" aria-live="polite" className="tabular">
        {countOf(count, "image")} of {countOf(rising.length, "proposal")} shown
      </Text>
      {dryRun.data !== undefined && (
        <Text aria-live="polite">
          Tried out: {countOf(dryRun.data.image_count, "image")} would get a label. Nothing is changed yet.
        </Text>
      )}
      {dryRun.error !== null && (
        <Text c="var(--danger)" role="alert">
          {dryRun.error.message}
        </Text>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" loading={dryRun.isPending} onClick={() => dryRun.mutate()}>
          Try out
        </Button>
        <Button disabled={count === 0} onClick={accept}>
          Accept {count.toLocaleString("en")}
        </Button>
      </Group>
    </Stack>
  );
};
