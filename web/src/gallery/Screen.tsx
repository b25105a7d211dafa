import { Button, Skeleton, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { isFiltered } from "@/store/filters";
import { useImagesLoaded, useImagesVersion, useProject } from "@/store/hooks";
import { classListQuery } from "@/store/classes";
import { imageBook } from "@/store/images";
import { projectQuery } from "@/store/projects";
import { Empty } from "@/ui/Empty";

import { AcceptSure } from "./AcceptSure";
import { bulkOn } from "./bulk";
import { BulkBar } from "./BulkBar";
import { FilterBar } from "./FilterBar";
import classes from "./gallery.module.css";
import { Grid, type GridHandle } from "./Grid";
import { countPicked } from "./picking";
import { Preview } from "./Preview";
import { readView, writeView, type GalleryView } from "./search";
import { useGalleryKeys } from "./useGalleryKeys";
import { useOrder } from "./useOrder";
import { usePicking } from "./usePicking";

const FROM = "/projects/$projectId/gallery";

/** All images of a project in a grid: filter, sort, choose, and change many at once. */
const Screen = () => {
  const project = useProject();
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const view = useMemo(() => readView({ ...search }), [search]);
  const setView = (wanted: GalleryView) => void navigate({ search: writeView(wanted), replace: true });
  const facts = useQuery(projectQuery(project.id));
  const all = useQuery(classListQuery(project.id)).data ?? NO_CLASSES;
  const named = useMemo(() => new Map(all.map((each) => [each.id, each])), [all]);
  const order = useOrder(view, facts.data?.multi_label ?? false);
  const picking = usePicking(order.ids, view.filter);
  const [previewing, setPreviewing] = useState(false);
  const [searching, setSearching] = useState(false);
  const grid = useRef<GridHandle>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const loaded = useImagesLoaded();
  useImagesVersion();
  const folders = project.images.columns.folders;
  const bulk = useMemo(() => bulkOn(project), [project]);
  const chosen = countPicked(picking.picked);

  const showSimilar = () => {
    const id = order.ids[picking.picked.indexOf(1)];
    if (id !== undefined) setView({ ...view, sort: "similar", to: id });
  };
  const moveTo = (position: number) => {
    picking.step(position, { ctrl: false, shift: false });
    grid.current?.show(position);
  };
  useGalleryKeys({
    all,
    bulk,
    picking,
    onPreview: () => setPreviewing(!previewing && order.ids.length > 0),
    onSimilar: showSimilar,
    onRefresh: order.refresh,
    onSearch: () => searchRef.current?.focus(),
    onClassSearch: () => setSearching(chosen > 0),
  });
  // The grid has the keyboard as soon as it is there.
  const there = !order.loading && loaded && order.ids.length > 0;
  useEffect(() => {
    if (there) grid.current?.focus();
  }, [there]);

  const body = () => {
    if (order.problem !== null) {
      return (
        <Empty
          title="The images could not be listed"
          action={<Button onClick={order.refresh}>Try again</Button>}
        >
          {order.problem.message}
        </Empty>
      );
    }
    if (order.loading || !loaded) return <Waiting size={view.size} />;
    if (order.ids.length === 0 && isFiltered(view.filter)) {
      return (
        <Empty
          title="No image fits"
          action={<Button onClick={() => setView({ ...view, filter: {} })}>Show all images</Button>}
        >
          Take a condition away, or wait for a job that is still importing or proposing.
        </Empty>
      );
    }
    if (order.ids.length === 0) {
      return (
        <Empty title="No images yet">
          Add a folder of photos on the overview. While an import runs, its images appear here as they come.
        </Empty>
      );
    }
    return (
      <Grid
        key={`${view.sort}/${JSON.stringify(view.filter)}/${view.to}`}
        handle={grid}
        order={order.ids}
        size={view.size}
        picked={picking.picked}
        focus={picking.focus}
        named={named}
        onClick={(position, held) => {
          grid.current?.focus();
          picking.click(position, held);
        }}
        onBand={picking.choose}
        onStep={(position, held) => {
          picking.step(position, held);
          grid.current?.show(position);
        }}
        onOpen={() => setPreviewing(true)}
      />
    );
  };

  return (
    <div className={classes.screen}>
      <VisuallyHidden component="h1">Gallery</VisuallyHidden>
      <FilterBar
        view={view}
        all={all}
        folders={folders}
        outdated={order.outdated}
        onView={setView}
        onRefresh={order.refresh}
        searchRef={searchRef}
      >
        <AcceptSure order={order.ids} filter={view.filter} />
      </FilterBar>
      <div className={classes.body}>{body()}</div>
      <BulkBar
        chosen={chosen}
        shown={order.ids.length}
        all={all}
        folders={folders}
        bulk={bulk}
        onSimilar={chosen === 1 ? showSimilar : null}
        onClear={picking.clear}
        searching={searching}
        onSearching={setSearching}
      />
      <Preview
        order={order.ids}
        position={previewing ? picking.focus : null}
        book={imageBook(project.id)}
        onMove={moveTo}
        onClose={() => setPreviewing(false)}
      />
    </div>
  );
};

const NO_CLASSES: never[] = [];

/** The grid before its images are known. */
const Waiting = ({ size }: { size: number }) => (
  <div className={classes.waiting} aria-busy="true" aria-label="Images are listed">
    <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
      {Array.from({ length: 24 }, (_, at) => (
        <Skeleton key={at} width={size} height={size} />
      ))}
    </div>
  </div>
);

export default Screen;
