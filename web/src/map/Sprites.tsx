import { useEffect, useState } from "react";

import { boundsOf, type Viewport } from "@/shapes/mapViewport";
import { useObservable, type Cell } from "@/store/observable";

import type { Layout } from "./layout";
import classes from "./map.module.css";
import { placeOf } from "./MapPane";
import type { Painting } from "./painting";
import { FADED, SELECTED } from "./renderer/pointShaders";
import type { Wants } from "./wants";

/** Above this many points in the pane none is shown as a picture. */
const MOST_POINTS = 2500;
const MOST_SPRITES = 180;
const SPRITE_PX = 56;
const SETTLED_MS = 140;

/** Points to show as pictures: at most one per square of the screen, so that none hides another. */
const spritesIn = (layout: Layout, view: Viewport): number[] => {
  const inside = layout.grid.within(boundsOf(view, -8), MOST_POINTS + 1);
  if (inside.length > MOST_POINTS) return [];
  const squares = new Set<string>();
  const shown: number[] = [];
  for (const point of inside.sort((a, b) => a - b)) {
    const at = placeOf(layout, point, view);
    const [column, row] = [Math.round(at.x / SPRITE_PX), Math.round(at.y / SPRITE_PX)];
    const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => `${column + dx} ${row + dy}`));
    if (near.some((square) => squares.has(square))) continue;
    squares.add(`${column} ${row}`);
    shown.push(point);
    if (shown.length === MOST_SPRITES) break;
  }
  return shown;
};

/** Whether it is worth it: closer than the whole map, or so few points that pictures fit. */
const closeEnough = (layout: Layout, view: Viewport, fitScale: number): boolean =>
  view.scale > 2.2 * fitScale || layout.imageIds.length <= 60;

interface Props {
  name: string;
  layout: Layout;
  painting: Painting;
  marks: Uint8Array;
  view: Cell<Viewport>;
  fitScale: number;
  wants: Wants;
}

/** Images in place of points where one has come close. */
export const Sprites = ({ name, layout, painting, marks, view, fitScale, wants }: Props) => {
  const now = useObservable(view);
  useObservable(wants.pictures.version);
  const [shown, setShown] = useState<{ layout: Layout; points: number[] }>({ layout, points: [] });
  useEffect(() => {
    const timer = setTimeout(() => {
      const points = closeEnough(layout, now, fitScale) ? spritesIn(layout, now) : [];
      setShown({ layout, points });
      wants.set(
        `sprites ${name}`,
        points.map((point) => layout.imageIds[point] ?? 0),
      );
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [layout, now, fitScale, wants, name]);
  if (shown.layout !== layout) return null;
  return (
    <div className={classes.sprites} aria-hidden>
      {shown.points.map((point) => {
        const imageId = layout.imageIds[point] ?? 0;
        const picture = wants.pictures.get(imageId);
        if (picture === undefined) return null;
        const at = placeOf(layout, point, now);
        const [red, green, blue] = painting.colours.subarray(4 * point);
        return (
          <img
            key={imageId}
            src={picture.url}
            alt=""
            draggable={false}
            className={classes.sprite}
            data-faded={((marks[point] ?? 0) & FADED) !== 0}
            data-selected={((marks[point] ?? 0) & SELECTED) !== 0}
            style={{
              transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`,
              borderColor: `rgb(${red} ${green} ${blue})`,
            }}
          />
        );
      })}
    </div>
  );
};
