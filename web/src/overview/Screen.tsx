import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";

import { useDrawsShapes, useProject } from "@/store/hooks";
import { overviewQuery, type Overview } from "@/store/overview";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";

import { ClassList } from "./ClassList";
import { Next } from "./Next";
import { NotTaken } from "./NotTaken";
import classes from "./overview.module.css";
import { Pace } from "./Pace";
import { Progress } from "./Progress";

const Curves = lazy(() => import("./Curves"));
const AddImages = lazy(() => import("@/intake/AddImages"));

const Told = ({ overview, onAddImages }: { overview: Overview; onAddImages: () => void }) => {
  const drawing = useDrawsShapes();
  const images = Object.values(overview.per_state).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <Next next={overview.next} onAddImages={onAddImages} />
      {images === 0 ? (
        <NotTaken />
      ) : (
        <div className={classes.columns}>
          <div className={classes.column}>
            <Progress overview={overview} images={images} />
            <ClassList progress={overview.per_class} />
            <Pace pace={overview.pace} />
          </div>
          {/* The curves are of classes of whole images. */}
          {!drawing && (
            <div className={classes.column}>
              <Suspense fallback={<Skeleton h={280} />}>
                <Curves overview={overview} />
              </Suspense>
            </div>
          )}
        </div>
      )}
    </>
  );
};

/** What to do next, and how far it is. */
const Screen = () => {
  const { id } = useProject();
  const { data: overview, error, refetch } = useQuery(overviewQuery(id));
  const [adding, setAdding] = useState(false);
  const add = () => setAdding(true);
  if (error !== null && overview === undefined) {
    return (
      <Empty
        title="The overview cannot be read"
        action={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {error.message}
      </Empty>
    );
  }
  return (
    <Page
      title="Overview"
      wide
      actions={
        <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={add}>
          Add images
        </Button>
      }
    >
      {overview === undefined ? (
        <>
          <Skeleton h={96} />
          <div className={classes.columns}>
            <Skeleton h={320} />
            <Skeleton h={320} />
          </div>
        </>
      ) : (
        <Told overview={overview} onAddImages={add} />
      )}
      {adding && (
        <Suspense>
          <AddImages projectId={id} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </Page>
  );
};

export default Screen;
