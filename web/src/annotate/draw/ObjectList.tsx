import { useVirtualizer } from "@tanstack/react-virtual";
import { Check, Eye, EyeOff, Lock, LockOpen, Trash2, X, type LucideIcon } from "lucide-react";
import { useEffect, useRef, type MouseEvent, type ReactNode } from "react";

import { offeredKey, type Drawn, type Offered } from "@/shapes/edit";
import type { ProjectClass } from "@/store/classes";
import { sureness } from "@/ui/words";

import classes from "./draw.module.css";
import { FLAGS } from "./drawing";

const ROW_PX = 28;

export interface ObjectListProps {
  drawn: readonly Drawn[];
  shown: readonly Offered[];
  named: ReadonlyMap<number, ProjectClass>;
  selected: ReadonlySet<string>;
  hidden: ReadonlySet<string>;
  locked: ReadonlySet<string>;
  onSelect: (keys: ReadonlySet<string>) => void;
  /** Brings what was chosen in the list into view. */
  onReveal: (key: string) => void;
  onHide: (key: string) => void;
  onLock: (key: string) => void;
  onDelete: (key: string) => void;
  onAccept: (id: number) => void;
  onReject: (id: number) => void;
}

type Item = { key: string; drawn: Drawn; number: number } | { key: string; offered: Offered };

/** Everything on the image, one row each; hundreds of rows cost no more than those in view. */
export const ObjectList = (props: ObjectListProps) => {
  const { drawn, shown, selected, onSelect, onReveal } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const items: Item[] = [
    ...drawn.map((each, at) => ({ key: each.key, drawn: each, number: at + 1 })),
    ...shown.map((each) => ({ key: offeredKey(each.id), offered: each })),
  ];
  // eslint-disable-next-line react-hooks/incompatible-library -- rows are read in the same render that asks for them
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialRect: { width: 270, height: 400 },
  });
  const [only] = selected.size === 1 ? selected : [];
  const at = only === undefined ? -1 : items.findIndex(({ key }) => key === only);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at);
  }, [at, rows]);
  const choose = (key: string, event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      const next = new Set(selected);
      if (!next.delete(key)) next.add(key);
      onSelect(next);
    } else {
      onSelect(new Set([key]));
      onReveal(key);
    }
  };
  return (
    <div
      ref={scroll}
      className={classes.objects}
      role="region"
      aria-label="Objects"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keys
      tabIndex={0}
    >
      {items.length === 0 && <p className={classes.quiet}>Nothing is drawn and nothing proposed.</p>}
      <div role="list" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={item.key}
              role="listitem"
              className={classes.object}
              data-selected={selected.has(item.key)}
              data-hidden={props.hidden.has(item.key)}
              style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
            >
              {"drawn" in item ? (
                <DrawnRow {...props} one={item.drawn} number={item.number} onChoose={choose} />
              ) : (
                <OfferedRow {...props} one={item.offered} onChoose={choose} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
};

type Choose = (key: string, event: MouseEvent) => void;

const Name = ({ colour, onChoose, children }: NameProps) => (
  <button type="button" className={classes.objectName} onClick={onChoose}>
    <span className={classes.swatch} style={{ background: colour }} aria-hidden />
    {children}
  </button>
);

interface NameProps {
  colour: string;
  onChoose: (event: MouseEvent) => void;
  children: ReactNode;
}

const Small = ({ icon: Icon, words, pressed, onClick }: SmallProps) => (
  <button
    type="button"
    className={classes.small}
    aria-label={words}
    title={words}
    aria-pressed={pressed}
    onClick={(event) => {
      event.currentTarget.blur();
      onClick();
    }}
  >
    <Icon size={14} aria-hidden />
  </button>
);

interface SmallProps {
  icon: LucideIcon;
  words: string;
  pressed?: boolean;
  onClick: () => void;
}

const DrawnRow = ({
  one,
  number,
  named,
  hidden,
  locked,
  onChoose,
  onHide,
  onLock,
  onDelete,
}: ObjectListProps & { one: Drawn; number: number; onChoose: Choose }) => {
  const about = named.get(one.classId);
  const flags = FLAGS.filter((flag) => one.traits[flag]);
  const isHidden = hidden.has(one.key);
  const isLocked = locked.has(one.key);
  const name = `${about?.name ?? "Class"} ${number}`;
  return (
    <>
      <Name colour={about?.colour ?? ""} onChoose={(event) => onChoose(one.key, event)}>
        <span className={classes.number}>{number}</span>
        <span className={classes.name}>{about?.name ?? "A class that is gone"}</span>
        {flags.length > 0 && (
          <span className={classes.flags} title={flags.join(", ")}>
            {flags.map((flag) => flag.slice(0, 1).toUpperCase()).join(" ")}
          </span>
        )}
      </Name>
      <Small
        icon={isHidden ? EyeOff : Eye}
        words={`${isHidden ? "Show" : "Hide"} ${name}`}
        pressed={isHidden}
        onClick={() => onHide(one.key)}
      />
      <Small
        icon={isLocked ? Lock : LockOpen}
        words={`${isLocked ? "Unlock" : "Lock"} ${name}`}
        pressed={isLocked}
        onClick={() => onLock(one.key)}
      />
      <Small icon={Trash2} words={`Delete ${name}`} onClick={() => onDelete(one.key)} />
    </>
  );
};

const OfferedRow = ({
  one,
  named,
  onChoose,
  onAccept,
  onReject,
}: ObjectListProps & { one: Offered; onChoose: Choose }) => {
  const about = named.get(one.classId);
  const name = `${about?.name ?? "class"}, ${sureness(one.confidence)}`;
  return (
    <>
      <Name colour={about?.colour ?? ""} onChoose={(event) => onChoose(offeredKey(one.id), event)}>
        <span className={classes.proposed}>{about?.name ?? "A class that is gone"}</span>
        <span className={classes.sure}>{sureness(one.confidence)}</span>
      </Name>
      <Small icon={Check} words={`Accept ${name}`} onClick={() => onAccept(one.id)} />
      <Small icon={X} words={`Reject ${name}`} onClick={() => onReject(one.id)} />
    </>
  );
};
