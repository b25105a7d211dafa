import { ActionIcon, Button, CopyButton, Text, Tooltip } from "@mantine/core";
import { Check, Copy, Download } from "lucide-react";

import { downloadAddress, type Format, type MadeExport } from "@/store/exports";
import { useProject } from "@/store/hooks";
import { Section } from "@/ui/Section";
import { ago, bytes, countOf } from "@/ui/words";

import classes from "./export.module.css";
import { titleOf, TRANSFERS } from "./formats";

const lossWords = ({ losses }: MadeExport["losses"]): string =>
  losses.length === 0 ? "nothing lost" : `${countOf(losses.length, "kind")} of things not in it`;

/** What was asked to be in it: "labels and proposals, train split, images linked". */
const optionWords = ({ proposals, split, transfer }: MadeExport): string =>
  [
    proposals ? "labels and proposals" : "labels only",
    split === null ? "all splits" : `${split} split`,
    TRANSFERS.filter(({ value }) => value === transfer).map(
      ({ label }) => `images ${label.toLowerCase()}`,
    )[0],
  ]
    .filter((part) => part !== undefined)
    .join(", ");

const Row = ({ made, title }: { made: MadeExport; title: string }) => {
  const { id } = useProject();
  const { job, made_at, folder, can_be_downloaded, losses, bytes: size } = made;
  const name = `${title}, ${ago(made_at)}`;
  return (
    <li className={classes.made}>
      <div className={classes.madeWords}>
        <span className={classes.title}>{title}</span>
        <span className={classes.note}>
          <time dateTime={made_at} title={new Date(made_at).toLocaleString("en")}>
            {ago(made_at)}
          </time>{" "}
          · {optionWords(made)}
          {size !== null && ` · ${bytes(size)}`} · {lossWords(losses)}
        </span>
        {folder != null && (
          <span className={classes.path}>
            <span title={folder}>{folder}</span>
            <CopyButton value={folder}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : "Copy the path on the server"}>
                  <ActionIcon size={24} aria-label={`Copy the path on the server: ${name}`} onClick={copy}>
                    {copied ? <Check size={14} /> : <Copy size={14} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </span>
        )}
      </div>
      {can_be_downloaded ? (
        <Button
          component="a"
          variant="default"
          leftSection={<Download size={16} />}
          href={downloadAddress(id, job)}
          aria-label={`Download ${name}`}
          download
        >
          Download
        </Button>
      ) : (
        <span className={classes.note}>No longer kept</span>
      )}
    </li>
  );
};

/** What was exported before, newest first, as long as the workspace keeps it. */
export const EarlierExports = ({
  exports,
  formats,
}: {
  exports: readonly MadeExport[];
  formats: readonly Format[];
}) => (
  <Section title="Earlier exports" note="Kept in the workspace for a month.">
    {exports.length === 0 ? (
      <Text c="dimmed">None yet.</Text>
    ) : (
      <ul className={classes.list}>
        {exports.map((each) => (
          <Row key={each.job} made={each} title={titleOf(formats, each.format)} />
        ))}
      </ul>
    )}
  </Section>
);
