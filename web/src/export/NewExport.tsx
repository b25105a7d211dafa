import { Button, Group } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { lossQuery, startExport, type ExportWish, type Format } from "@/store/exports";
import { useProject } from "@/store/hooks";
import type { Job } from "@/store/jobs";
import type { Project } from "@/store/projects";
import { Section } from "@/ui/Section";
import { sayProblem } from "@/ui/toasts";

import { FormatCards } from "./FormatCards";
import { transferOf, type Transfer } from "./formats";
import { Losses } from "./Losses";
import { Options } from "./Options";
import { Progressing } from "./Progressing";

/** Everything that is chosen for an export, what it will not hold, and the export itself. */
export const NewExport = ({
  formats,
  usual,
  counts,
}: {
  formats: readonly Format[];
  /** The name of the one that is chosen at first. */
  usual: string;
  counts: Project["counts"];
}) => {
  const { id } = useProject();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(usual);
  const [transfer, setTransfer] = useState<Transfer | null>(null);
  const [proposals, setProposals] = useState(false);
  const [split, setSplit] = useState<ExportWish["split"]>(null);
  const [started, setStarted] = useState<Job | null>(null);
  const format = formats.find(({ name }) => name === chosen) ?? formats[0];
  const wish: ExportWish = {
    format: format?.name ?? usual,
    transfer: format === undefined ? null : transferOf(format, transfer),
    proposals,
    split: split ?? null,
  };
  const losses = useQuery({ ...lossQuery(id, wish), enabled: format !== undefined });
  const start = useMutation({
    mutationFn: () => startExport(id, wish),
    onSuccess: (job) => {
      setStarted(job);
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
    onError: sayProblem,
  });
  if (format === undefined) return null;
  return (
    <>
      <Section title="Format">
        <FormatCards formats={formats} chosen={format.name} onChoose={setChosen} />
      </Section>
      <Section title="What goes into it">
        <Options
          format={format}
          counts={counts}
          transfer={transferOf(format, transfer)}
          proposals={proposals}
          split={split ?? null}
          onTransfer={setTransfer}
          onProposals={setProposals}
          onSplit={setSplit}
        />
      </Section>
      <Section title="What it does not hold" note="Found out from your labels; nothing is written yet.">
        <Losses report={losses.data} error={losses.error} onAgain={() => void losses.refetch()} />
        <Group justify="space-between">
          <Progressing projectId={id} started={started} />
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            Export as {format.title}
          </Button>
        </Group>
      </Section>
    </>
  );
};
