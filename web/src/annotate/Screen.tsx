import { Button, SegmentedControl, Select, Skeleton, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { classListQuery } from "@/store/classes";
import { imageBook } from "@/store/images";
import { useImagesLoaded, useProject } from "@/store/hooks";
import { useObservable } from "@/store/observable";
import { projectQuery } from "@/store/projects";
import { Empty } from "@/ui/Empty";

import classes from "./annotate.module.css";
import { shownImage } from "./sitting";
import { ORDERS, type Order, type Search } from "./search";
import { useSittingStore } from "./useSittingStore";
import { Workplace } from "./Workplace";

const DrawPlace = lazy(() => import("./draw/DrawPlace"));

const FROM = "/projects/$projectId/annotate";

const ORDER_WORDS: Record<Order, string> = {
  both: "Varied, then doubtful",
  variety: "Varied",
  hard: "Doubtful",
  random: "Random",
};

/** One image after the other. */
const Screen = () => {
  const search = useSearch({ from: FROM });
  return <SittingScreen key={JSON.stringify({ ...search, image: null })} search={search} />;
};

const SittingScreen = ({ search }: { search: Search }) => {
  const project = useProject();
  const loaded = useImagesLoaded();
  const navigate = useNavigate({ from: FROM });
  const store = useSittingStore(search);
  const sitting = useObservable(store.cell);
  const supply = useObservable(store.supply);
  const problem = useObservable(store.problem);
  const facts = useQuery(projectQuery(project.id));
  const all = useQuery(classListQuery(project.id));
  const { image: _image, ...asked } = search;
  const show = (wanted: Search) => void navigate({ search: wanted, replace: true });
  const review = search.review === true;
  const drawing = facts.data !== undefined && facts.data.task !== "classification";
  const book = imageBook(project.id);
  useObservable(book.version);
  const file = book
    .get(shownImage(sitting)?.image_id ?? 0)
    ?.path.split("/")
    .at(-1);

  const body = () => {
    const shown = shownImage(sitting);
    if (shown !== null && loaded && facts.data !== undefined && all.data !== undefined) {
      const { task, multi_label } = facts.data;
      return task === "classification" ? (
        <Workplace store={store} all={all.data} multiLabel={multi_label} review={review} />
      ) : (
        <Suspense fallback={<Skeleton m="md" h="calc(100% - 32px)" w="auto" />}>
          <DrawPlace store={store} all={all.data} task={task} review={review} />
        </Suspense>
      );
    }
    if (problem !== null) {
      return (
        <Empty
          title="The queue could not be read"
          action={<Button onClick={() => void store.fill()}>Try again</Button>}
        >
          {problem.message}
        </Empty>
      );
    }
    if (supply === "filling" || !loaded || shown !== null)
      return <Skeleton m="md" h="calc(100% - 32px)" w="auto" />;
    return (
      <Empty
        title={review ? "No proposal waits for review" : "Nothing is left in the queue"}
        action={
          <>
            <Button onClick={() => void store.fill()}>Look again</Button>
            {sitting.images.length > 0 && (
              <Button variant="default" onClick={() => store.move(-1)}>
                Back to the last image
              </Button>
            )}
          </>
        }
      >
        {review
          ? "Train a model and let it propose; its proposals come here, least sure ones first."
          : `Every image is ${drawing ? "finished" : "labelled"} or set aside. Train a model, or review what one proposes.`}
      </Empty>
    );
  };

  return (
    <div className={classes.screen} data-drawing={drawing && shownImage(sitting) !== null}>
      <VisuallyHidden component="h1">Annotate</VisuallyHidden>
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="What to do"
          data={[
            { value: "label", label: drawing ? "Draw" : "Label" },
            { value: "review", label: "Review proposals" },
          ]}
          value={review ? "review" : "label"}
          onChange={(value) => {
            const { review: _review, ...others } = asked;
            show(value === "review" ? { ...others, review: true } : others);
          }}
        />
        {!review && (
          <Select
            w={184}
            aria-label="Order of the queue"
            allowDeselect={false}
            data={ORDERS.map((value) => ({ value, label: ORDER_WORDS[value] }))}
            value={search.order ?? "both"}
            onChange={(value) => {
              const { order: _order, ...others } = asked;
              const order = ORDERS.find((each) => each === value) ?? "both";
              show(order === "both" ? others : { ...others, order });
            }}
          />
        )}
        <span className={classes.file}>{file}</span>
        <span className={classes.place}>
          {sitting.images.length > 0 &&
            `${Math.min(sitting.at + 1, sitting.images.length).toLocaleString("en")} of ${sitting.images.length.toLocaleString("en")}`}
        </span>
      </div>
      {body()}
    </div>
  );
};

export default Screen;
