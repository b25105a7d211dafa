import { Button, Skeleton, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus, Search } from "lucide-react";
import { useState } from "react";

import { classListQuery, type ProjectClass } from "@/store/classes";
import { useProject } from "@/store/hooks";
import { matching } from "@/ui/ClassSearch";
import { Empty } from "@/ui/Empty";
import { countOf } from "@/ui/words";

import { AddDialog } from "./AddDialog";
import { ClassTable } from "./ClassTable";
import classes from "./classes.module.css";
import { DeleteDialog, MergeDialog } from "./GoingDialogs";
import { useClassChanges } from "./useClassChanges";

const SKELETONS = [0, 1, 2, 3, 4, 5, 6, 7];
const NO_CLASSES: readonly ProjectClass[] = [];

interface Going {
  kind: "merge" | "delete";
  about: ProjectClass;
}

const Loading = () => (
  <div className={classes.column} role="status" aria-label="Reading the classes">
    {SKELETONS.map((each) => (
      <Skeleton key={each} h={36} mb={8} />
    ))}
  </div>
);

/** The classes of the project: add, rename, colour, key, order, merge, delete. */
const Screen = () => {
  const { id } = useProject();
  const list = useQuery(classListQuery(id));
  const changes = useClassChanges();
  const [words, setWords] = useState("");
  const [adding, setAdding] = useState(false);
  const [going, setGoing] = useState<Going | null>(null);
  const all = list.data ?? NO_CLASSES;
  const searched = words.trim() !== "";
  const found = searched ? matching(all, words) : all;
  const body = () => {
    if (list.error !== null && list.data === undefined) {
      return (
        <Empty
          title="The classes cannot be read"
          action={
            <Button variant="default" onClick={() => void list.refetch()}>
              Try again
            </Button>
          }
        >
          {list.error.message}
        </Empty>
      );
    }
    if (list.data === undefined) return <Loading />;
    if (all.length === 0) {
      return (
        <Empty title="No classes yet" action={<Button onClick={() => setAdding(true)}>Add classes</Button>}>
          A class is what an image can be: cat, dog, scratch, no defect. Paste a whole list at once.
        </Empty>
      );
    }
    if (found.length === 0) {
      return (
        <Empty
          title="No class of that name"
          action={
            <Button variant="default" onClick={() => setWords("")}>
              Show all
            </Button>
          }
        />
      );
    }
    return (
      <ClassTable
        all={all}
        found={found}
        sortable={!searched}
        changes={changes}
        onMerge={(about) => setGoing({ kind: "merge", about })}
        onDelete={(about) => setGoing({ kind: "delete", about })}
      />
    );
  };
  return (
    <div className={classes.screen}>
      <div className={classes.bar}>
        <div className={classes.head}>
          <Title order={1}>Classes</Title>
          <span className={classes.quiet} aria-live="polite">
            {list.data === undefined
              ? ""
              : searched
                ? `${found.length.toLocaleString("en")} of ${all.length.toLocaleString("en")}`
                : countOf(all.length, "class").replace(/classs$/, "classes")}
          </span>
          <TextInput
            aria-label="Search classes"
            placeholder="Search classes"
            className={classes.search ?? ""}
            leftSection={<Search size={16} />}
            value={words}
            disabled={all.length === 0}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
            Add classes
          </Button>
        </div>
      </div>
      {body()}
      {adding && <AddDialog all={all} changes={changes} onClose={() => setAdding(false)} />}
      {going?.kind === "merge" && (
        <MergeDialog all={all} gone={going.about} changes={changes} onClose={() => setGoing(null)} />
      )}
      {going?.kind === "delete" && (
        <DeleteDialog gone={going.about} changes={changes} onClose={() => setGoing(null)} />
      )}
    </div>
  );
};

export default Screen;
