import {
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type PointerEvent,
  type Ref,
} from "react";

import {
  atOneToOne,
  fitted,
  imagePx,
  panned,
  screenPx,
  zoomedAt,
  type ImagePx,
  type ScreenPx,
  type Size,
  type Viewport,
} from "@/shapes/imageView";
import { pictureUrl, type ImageFacts } from "@/store/imageBook";

import classes from "./annotate.module.css";

export interface StageHandle {
  zoom: (factor: number) => void;
  fit: () => void;
  oneToOne: () => void;
}

export interface StageProps {
  /** The image on the screen. */
  shown: ImageFacts | undefined;
  /** Images to keep ready beside it, decoded, so that they appear at once. */
  near: readonly ImageFacts[];
  /** The pixels of an image are on the screen, or are known not to come. */
  onSeen: (imageId: number) => void;
  handle: Ref<StageHandle>;
}

const WHEEL_SPEED = 0.0015;

/** One image, as large as there is room; wheel zooms at the pointer, dragging moves. */
export const Stage = ({ shown, near, onSeen, handle }: StageProps) => {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Size<ScreenPx>>({ width: screenPx(0), height: screenPx(0) });
  const [looked, setLooked] = useState<{ imageId: number; viewport: Viewport } | null>(null);
  const [ready, setReady] = useState<ReadonlySet<number>>(new Set());
  const [broken, setBroken] = useState<ReadonlySet<number>>(new Set());

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () =>
      setView({ width: screenPx(element.clientWidth), height: screenPx(element.clientHeight) });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const isSeen = shown !== undefined && (ready.has(shown.id) || broken.has(shown.id));
  const seen = useEffectEvent(onSeen);
  useEffect(() => {
    if (isSeen) seen(shown.id);
  }, [isSeen, shown]);

  const size = shown === undefined ? null : sizeOf(shown);
  const own = looked?.imageId === shown?.id ? (looked?.viewport ?? null) : null;
  const viewport = own ?? (size === null ? null : fitted(size, view));
  const look = (change: (viewport: Viewport, size: Size<ImagePx>) => Viewport | null) => {
    if (shown === undefined || viewport === null || size === null) return;
    const next = change(viewport, size);
    setLooked(next === null ? null : { imageId: shown.id, viewport: next });
  };
  const centre = { x: screenPx(view.width / 2), y: screenPx(view.height / 2) };
  useImperativeHandle(handle, () => ({
    zoom: (factor) => look((now, size) => zoomedAt(now, size, view, centre, factor)),
    fit: () => look(() => null),
    oneToOne: () => look((_, size) => atOneToOne(size, view)),
  }));

  const onWheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    const edge = box.current?.getBoundingClientRect();
    const at = {
      x: screenPx(event.clientX - (edge?.left ?? 0)),
      y: screenPx(event.clientY - (edge?.top ?? 0)),
    };
    look((now, size) => zoomedAt(now, size, view, at, Math.exp(-event.deltaY * WHEEL_SPEED)));
  });
  useEffect(() => {
    const element = box.current;
    const wheel = (event: WheelEvent) => onWheel(event);
    // React listens passively, and then the page could not be kept from zooming.
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  }, []);

  const drag = (event: PointerEvent) => {
    if ((event.buttons & 5) === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    look((now, size) =>
      panned(now, size, view, { x: screenPx(event.movementX), y: screenPx(event.movementY) }),
    );
  };

  const pictures = shown === undefined ? near : [shown, ...near.filter((each) => each.id !== shown.id)];
  return (
    <div
      ref={box}
      className={classes.stage}
      data-image={shown?.id}
      aria-busy={!isSeen}
      onPointerMove={drag}
      onDoubleClick={() => look(() => null)}
    >
      {[...pictures]
        .sort((a, b) => a.id - b.id)
        .map((each) => (
          <Picture
            key={each.id}
            facts={each}
            viewport={each.id === shown?.id ? viewport : null}
            fit={fitted(sizeOf(each), view)}
            broken={broken.has(each.id)}
            onReady={() => setReady((before) => new Set(before).add(each.id))}
            onGone={() => setReady((before) => new Set([...before].filter((id) => id !== each.id)))}
            onBroken={() => setBroken((before) => new Set(before).add(each.id))}
          />
        ))}
    </div>
  );
};

const sizeOf = ({ width_px, height_px }: ImageFacts): Size<ImagePx> => ({
  width: imagePx(Math.max(width_px, 1)),
  height: imagePx(Math.max(height_px, 1)),
});

interface PictureProps {
  facts: ImageFacts;
  /** null: kept ready, not shown. */
  viewport: Viewport | null;
  fit: Viewport;
  broken: boolean;
  onReady: () => void;
  onGone: () => void;
  onBroken: () => void;
}

/** One picture, shown or kept ready behind the others. */
const Picture = ({ facts, viewport, fit, broken, onReady, onGone, onBroken }: PictureProps) => {
  const gone = useEffectEvent(onGone);
  useEffect(() => () => gone(), []);
  const { zoom, corner } = viewport ?? fit;
  const style = {
    width: facts.width_px * zoom,
    height: facts.height_px * zoom,
    transform: `translate(${corner.x}px, ${corner.y}px)`,
  };
  if (broken) {
    return viewport === null ? null : (
      <div className={classes.noPicture} role="img" aria-label={facts.path}>
        The pixels of this image cannot be read.
      </div>
    );
  }
  return (
    <img
      className={classes.picture}
      style={style}
      data-shown={viewport !== null}
      aria-hidden={viewport === null}
      src={pictureUrl(facts.content_hash, "large")}
      alt={viewport === null ? "" : facts.path}
      draggable={false}
      // A picture that has loaded is decoded before it counts as ready, so that showing it takes no time.
      onLoad={(event) => void event.currentTarget.decode().then(onReady, onReady)}
      onError={onBroken}
    />
  );
};
