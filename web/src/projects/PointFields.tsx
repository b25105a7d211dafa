import { TagsInput, Text } from "@mantine/core";

/** The names of the keypoints of each class. Limbs between them come later, on the class's own page. */
export const PointFields = ({
  classes,
  points,
  onPoints,
}: {
  classes: readonly string[];
  points: Readonly<Record<string, readonly string[]>>;
  onPoints: (points: Readonly<Record<string, readonly string[]>>) => void;
}) => (
  <>
    {classes.length === 0 && <Text c="dimmed">Name a class first, then its points.</Text>}
    {classes.map((name) => (
      <TagsInput
        key={name}
        label={`Points of ${name}`}
        description="In the order in which they are placed; without any, a class has a single point."
        placeholder={(points[name] ?? []).length === 0 ? "nose, left eye, right eye" : ""}
        value={[...(points[name] ?? [])]}
        onChange={(chosen) => onPoints({ ...points, [name]: chosen })}
        splitChars={[",", ";", "\n"]}
        clearable
      />
    ))}
  </>
);
