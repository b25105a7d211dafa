import { ActionIcon, Button, NativeSelect, Text, Tooltip } from "@mantine/core";
import { ChevronLeft, ChevronRight, Columns2, Play } from "lucide-react";

import type { MapRound } from "@/store/mapRounds";
import { percent } from "@/ui/words";

import type { Moves } from "./layout";
import classes from "./map.module.css";
import { NewRoundMenu } from "./NewRoundMenu";

/** "Round 3: mlp head of model 2 (purity 94 %)". */
export const roundWords = (round: MapRound): string => `Round ${round.number}: ${round.embedding}`;

const roundFacts = (round: MapRound): string =>
  [
    `${round.image_count.toLocaleString("en")} images`,
    round.purity === null ? null : `${percent(round.purity)} of the nearest labels agree`,
    round.median_move === null ? null : `median move ${round.median_move.toFixed(2)} radii`,
  ]
    .filter((part) => part !== null)
    .join(" · ");

interface Props {
  rounds: readonly MapRound[];
  shown: MapRound;
  beside: MapRound | null;
  moves: Moves | null;
  backbone: string;
  busy: boolean;
  onShow: (round: number) => void;
  onPlay: () => void;
  onMoves: () => void;
  onBeside: (round: number | null) => void;
}

/** The rounds of the map: step through them and watch the points move, see what moved, draw the next. */
export const Rounds = (props: Props) => {
  const { rounds, shown, beside, moves, backbone, busy, onShow, onPlay, onMoves, onBeside } = props;
  const place = rounds.findIndex(({ number }) => number === shown.number);
  const [before, after] = [rounds[place - 1], rounds[place + 1]];
  const other = before ?? after;
  return (
    <footer className={classes.rounds} aria-label="Rounds of the map">
      <div className={classes.stepper}>
        <ActionIcon
          aria-label="Round before"
          disabled={before === undefined}
          onClick={() => before !== undefined && onShow(before.number)}
        >
          <ChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <input
          type="range"
          className={classes.slider}
          aria-label="Round"
          aria-valuetext={roundWords(shown)}
          min={1}
          max={rounds.length}
          step={1}
          value={place + 1}
          disabled={rounds.length < 2}
          onChange={(event) => {
            const wanted = rounds[Number(event.currentTarget.value) - 1];
            if (wanted !== undefined) onShow(wanted.number);
          }}
        />
        <ActionIcon
          aria-label="Round after"
          disabled={after === undefined}
          onClick={() => after !== undefined && onShow(after.number)}
        >
          <ChevronRight size={16} aria-hidden />
        </ActionIcon>
        <Tooltip label="Play all rounds, from the first to the last">
          <ActionIcon aria-label="Play all rounds" disabled={rounds.length < 2} onClick={onPlay}>
            <Play size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className={classes.roundWords} aria-live="polite">
        <Text truncate fw={500}>
          {roundWords(shown)}
        </Text>
        <Text size="xs" c="dimmed" truncate className="tabular">
          {roundFacts(shown)}
        </Text>
      </div>
      {moves !== null && moves.farthest.length > 0 && (
        <Button variant="default" onClick={onMoves}>
          What moved
        </Button>
      )}
      {beside === null ? (
        <Button
          variant="default"
          leftSection={<Columns2 size={16} aria-hidden />}
          disabled={other === undefined}
          onClick={() => onBeside(other?.number ?? null)}
        >
          Side by side
        </Button>
      ) : (
        <>
          <NativeSelect
            aria-label="Round beside"
            value={String(beside.number)}
            onChange={(event) => onBeside(Number(event.currentTarget.value))}
            data={rounds.map((round) => ({ value: String(round.number), label: roundWords(round) }))}
          />
          <Button variant="default" onClick={() => onBeside(null)}>
            One map
          </Button>
        </>
      )}
      <NewRoundMenu backbone={backbone} busy={busy} />
    </footer>
  );
};
