import { ActionIcon, Checkbox, CloseButton, NumberInput, TextInput } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import type { Drawn } from "@/shapes/edit";
import type { Traits } from "@/shapes/shape";
import { countOf } from "@/ui/words";

import classes from "./draw.module.css";
import { agreed, attributeOf, FLAGS, type Flag } from "./drawing";

const FLAG_WORDS: Record<Flag, string> = {
  occluded: "Occluded",
  truncated: "Cut off",
  crowd: "Crowd",
  difficult: "Difficult",
};

type Change = (change: (traits: Traits) => Traits, words: string) => void;

/** What else is said of the selected instances. */
export const Selected = ({ chosen, onChange }: { chosen: readonly Drawn[]; onChange: Change }) => {
  const [one] = chosen;
  if (one === undefined) return null;
  const what = countOf(chosen.length, "object");
  return (
    <section className={classes.selected} aria-label="Selected">
      <div className={classes.flagBoxes}>
        {FLAGS.map((flag) => {
          const said = agreed(chosen, flag);
          return (
            <Checkbox
              key={flag}
              size="xs"
              label={FLAG_WORDS[flag]}
              checked={said === true}
              indeterminate={said === null}
              onChange={(event) => {
                const wanted = event.currentTarget.checked;
                event.currentTarget.blur();
                onChange((traits) => ({ ...traits, [flag]: wanted }), `${what}: ${FLAG_WORDS[flag]}`);
              }}
            />
          );
        })}
      </div>
      {chosen.length === 1 && <Attributes key={one.key} one={one} onChange={onChange} />}
    </section>
  );
};

const Attributes = ({ one, onChange }: { one: Drawn; onChange: Change }) => {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const { attributes } = one.traits;
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    onChange(
      (traits) => ({
        ...traits,
        attributes: { ...traits.attributes, [name.trim()]: attributeOf(value) },
      }),
      `1 object: ${name.trim()}`,
    );
    setName("");
    setValue("");
  };
  const remove = (gone: string) =>
    onChange(
      (traits) => ({
        ...traits,
        attributes: Object.fromEntries(Object.entries(traits.attributes).filter(([each]) => each !== gone)),
      }),
      `1 object: ${gone} taken away`,
    );
  return (
    <>
      {Object.entries(attributes).map(([each, said]) => (
        <div key={each} className={classes.attribute}>
          <span className={classes.name}>{each}</span>
          <span className={classes.said}>{String(said)}</span>
          <CloseButton size="xs" aria-label={`Take ${each} away`} onClick={() => remove(each)} />
        </div>
      ))}
      <form className={classes.addAttribute} onSubmit={add}>
        <TextInput
          size="xs"
          aria-label="Name of the attribute"
          placeholder="Attribute"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          aria-label="Value of the attribute"
          placeholder="Value"
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <ActionIcon
          type="submit"
          variant="default"
          size={24}
          aria-label="Add the attribute"
          disabled={name.trim() === ""}
        >
          <Plus size={14} />
        </ActionIcon>
        <NumberInput
          size="xs"
          className={classes.layer ?? ""}
          aria-label="Layer: higher lies on top"
          title="Layer: higher lies on top"
          allowDecimal={false}
          min={-1_000_000}
          max={1_000_000}
          value={one.traits.z}
          onChange={(z) => {
            if (typeof z === "number" && z !== one.traits.z) {
              onChange((traits) => ({ ...traits, z }), "1 object in another layer");
            }
          }}
        />
      </form>
    </>
  );
};
