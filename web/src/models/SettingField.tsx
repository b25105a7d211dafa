import { MultiSelect, NumberInput, Select, Textarea, TextInput } from "@mantine/core";

import type { TrainingSetting } from "@/store/training";

import { BackboneOption } from "./BackboneTable";
import { problemOf, type Typed } from "./settingsForm";

/** Steps of the arrows that fit the size of a number. */
const stepOf = ({ minimum, maximum, kind }: TrainingSetting): number => {
  if (kind === "whole number") return 1;
  return maximum !== null && minimum !== null && maximum - minimum <= 1 ? 0.05 : 0.001;
};

const placeholderOf = ({ automatic, default: preset }: TrainingSetting): string =>
  automatic !== ""
    ? automatic
    : typeof preset === "string" || typeof preset === "number"
      ? String(preset)
      : "";

/** One setting with its plain explanation; what is left empty is chosen automatically. */
export const SettingField = ({
  setting,
  value,
  choices,
  noteOf,
  onChange,
}: {
  setting: TrainingSetting;
  value: Typed[string] | undefined;
  /** Of folders and devices, which the server knows. */
  choices: readonly string[];
  /** What stands below a choice in the list. */
  noteOf?: ((choice: string) => string) | undefined;
  onChange: (value: Typed[string]) => void;
}) => {
  const shared = {
    label: setting.unit === "" ? setting.label : `${setting.label} (${setting.unit})`,
    description: setting.text,
    placeholder: placeholderOf(setting),
    error: problemOf(setting, value),
  };
  const text = typeof value === "string" ? value : "";
  switch (setting.kind) {
    case "number":
    case "whole number":
      return (
        <NumberInput
          {...shared}
          value={typeof value === "number" ? value : ""}
          step={stepOf(setting)}
          decimalScale={setting.kind === "whole number" ? 0 : 8}
          onChange={(typed) => onChange(typed === "" ? "" : Number(typed))}
        />
      );
    case "folders":
      return (
        <MultiSelect
          {...shared}
          placeholder={Array.isArray(value) && value.length > 0 ? "" : shared.placeholder}
          data={choices}
          value={typeof value === "object" ? [...value] : []}
          onChange={onChange}
          searchable
          clearable
        />
      );
    case "choice":
      return (
        <Select
          {...shared}
          data={setting.choices}
          value={text || null}
          onChange={(typed) => onChange(typed ?? "")}
          clearable
        />
      );
    case "text":
      if (choices.length > 0) {
        return (
          <Select
            {...shared}
            data={[...choices]}
            value={text || null}
            {...(noteOf === undefined
              ? {}
              : {
                  renderOption: ({ option }) => (
                    <BackboneOption name={option.value} words={noteOf(option.value)} />
                  ),
                })}
            onChange={(typed) => onChange(typed ?? "")}
            clearable
            searchable
          />
        );
      }
      return setting.name === "description" ? (
        <Textarea
          {...shared}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput {...shared} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
      );
  }
};
