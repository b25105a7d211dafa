import { Group, Select, Text, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { backbonesQuery, backboneWords, type Backbone } from "@/store/backbones";

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
            {backboneWords(backbone, backbones)}
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
        chosen === undefined ? "The network that sees the images first" : backboneWords(chosen, backbones)
      }
      data={backbones.map(({ name }) => name)}
      value={chosen?.name ?? null}
      onChange={onChange}
      allowDeselect={false}
      renderOption={optionOf(backbones)}
      maxDropdownHeight={280}
    />
  );
};
