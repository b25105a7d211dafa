import { Group, Select, Text, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { backbonesQuery, type Backbone } from "@/store/projects";

/** Size and speed of a network, in words; `usual` is the one to compare with where nothing was measured here. */
const factsOf = (backbone: Backbone, usual: Backbone | undefined): string =>
  [
    backbone.parameters_millions < 0.1
      ? "no network, only colours"
      : `${backbone.parameters_millions.toFixed(0)} M parameters`,
    speedOf(backbone, usual),
    backbone.here ? null : "weights must be fetched first",
  ]
    .filter((part) => part !== null)
    .join(" · ");

const speedOf = (backbone: Backbone, usual: Backbone | undefined): string | null => {
  const { images_per_second, speed_measured, gmacs } = backbone;
  if (images_per_second !== null) {
    return `${speed_measured ? "" : "about "}${images_per_second.toFixed(0)} images per second here`;
  }
  if (usual === undefined || usual.name === backbone.name || usual.gmacs === 0) return null;
  const times = gmacs / usual.gmacs;
  if (times < 0.75) return "faster than the recommended one";
  return times < 1.5
    ? "as fast as the recommended one"
    : `about ${times.toFixed(0)} times slower than the recommended one`;
};

const optionOf =
  (backbones: readonly Backbone[], usual: Backbone | undefined): NonNullable<SelectProps["renderOption"]> =>
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
            {factsOf(backbone, usual)}
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
      description={
        chosen === undefined ? "The network that sees the images first" : factsOf(chosen, recommended)
      }
      data={backbones.map(({ name }) => name)}
      value={chosen?.name ?? null}
      onChange={onChange}
      allowDeselect={false}
      renderOption={optionOf(backbones, recommended)}
      maxDropdownHeight={280}
    />
  );
};
