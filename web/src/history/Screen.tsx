import { Button, Select, Skeleton, Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { Operation } from "@/store/history";
import { Empty } from "@/ui/Empty";

import { CAUSE_WORDS } from "./causes";
import classes from "./history.module.css";
import { OperationList } from "./OperationList";
import { RevertDialog } from "./RevertDialog";
import { CAUSES, readSearch } from "./search";
import { useHistory } from "./useHistory";

const FROM = "/projects/$projectId/history";
const SKELETONS = [0, 1, 2, 3, 4, 5];

const Loading = () => (
  <div className={classes.scroll} aria-label="Reading the history" role="status">
    <div className={classes.column}>
      <Skeleton h={20} w={120} mt={24} mb={12} />
      {SKELETONS.map((each) => (
        <Skeleton key={each} h={64} mb={8} />
      ))}
    </div>
  </div>
);

/** Every operation of the project; each can be taken back, whenever it was. */
const Screen = () => {
  const { cause } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const history = useHistory(cause ?? null);
  const [asked, setAsked] = useState<Operation | null>(null);
  const choose = (wanted: string | null) =>
    void navigate({ search: readSearch({ cause: wanted ?? undefined }), replace: true });
  const body = () => {
    if (history.isError && history.operations.length === 0) {
      return (
        <Empty
          title="The history cannot be read"
          action={
            <Button variant="default" onClick={() => void history.refetch()}>
              Try again
            </Button>
          }
        >
          {history.error.message}
        </Empty>
      );
    }
    if (history.isPending) return <Loading />;
    if (history.operations.length === 0) {
      return cause === undefined ? (
        <Empty title="Nothing has happened yet">
          Every label, accepted proposal and change of classes is noted here, labels that came with images
          too, and can be taken back at any time.
        </Empty>
      ) : (
        <Empty
          title="No operation of this kind"
          action={
            <Button variant="default" onClick={() => choose(null)}>
              Show all
            </Button>
          }
        />
      );
    }
    return <OperationList key={cause ?? "all"} history={history} onRevert={setAsked} />;
  };
  return (
    <div className={classes.screen}>
      <div className={classes.bar}>
        <div className={classes.head}>
          <Title order={1}>History</Title>
          <Select
            aria-label="What brought it about"
            placeholder="Everything"
            clearable
            w={200}
            value={cause ?? null}
            data={CAUSES.map((each) => ({ value: each, label: CAUSE_WORDS[each].words }))}
            onChange={choose}
          />
        </div>
      </div>
      {body()}
      {asked !== null && <RevertDialog operation={asked} onClose={() => setAsked(null)} />}
    </div>
  );
};

export default Screen;
