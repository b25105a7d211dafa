import { Group, Select, Text, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { backbonesQuery, type Backbone } from "@/store/projects";

/** Size and speed of a network, in words. */
const factsOf = (backbone: Backbone): string =>
  [
    `${backbone.parameters_millions.toFixed(0)} M parameters`,
    `${backbone.input_px} px`,
    speedOf(backbone),
    backbone.here ? null : "weights must be fetched first",
  ]
    .filter((part) => part !== null)
    .join(" · ");

const speedOf = ({ images_per_second, speed_measured, gmacs }: Backbone): string =>
  images_per_second === null
    ? `${gmacs.toFixed(1)} billion multiplications per image`
    : `${speed_measured ? "" : "about "}${images_per_second.toFixed(0)} images per second here`;

const optionOf =
  (backbones: readonly Backbone[]): NonNullable<SelectProps["renderOption"]> =>
  ({ option }) => {
    const backbone = backbones.find(({ name }) => name === option.value);
    return (
      <div>
        <Group gap="xs">
          <Text>{option.value}</Text>
          {backbone?.recommended === true && (
            <Text size="xs" c="var(--accent)">
              recommended
            </Text>
          )}
        </Group>
        {backbone !== undefined && (
          <Text size="xs" c="dimmed">
            {factsOf(backbone)}
          </Text>
        )}
      </div>
    );
  };

/** The pretrained network that sees the images first; the recommended one is chosen until somebody chooses. */
export const BackboneField = ({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (name: string | null) => void;
}) => {
  const { data: backbones = [] } = useQuery(backbonesQuery());
  const recommended = backbones.find((each) => each.recommended);
  const chosen = backbones.find(({ name }) => name === value) ?? recommended;
  return (
    <Select
      label="Backbone"
      description={chosen === undefined ? "The network that sees the images first" : factsOf(chosen)}
      data={backbones.map(({ name }) => name)}
      value={chosen?.name ?? null}
      onChange={onChange}
      allowDeselect={false}
      renderOption={optionOf(backbones)}
      maxDropdownHeight={280}
    />
  );
};
