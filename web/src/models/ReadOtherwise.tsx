import { Accordion, Button, Group, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import type { Said } from "@/store/detectors";

import { AS_RECOGNISED, saidOf, type Reading } from "./detectorForm";
import classes from "./models.module.css";

const COLOURS = [
  { value: "", label: "As recognised" },
  { value: "rgb", label: "Red, green, blue" },
  { value: "bgr", label: "Blue, green, red" },
];
const FITS = [
  { value: "", label: "As recognised" },
  { value: "stretch", label: "Stretched to its input" },
  { value: "letterbox-corner", label: "Padded right and below" },
  { value: "letterbox-centre", label: "Padded on all sides" },
];

/** What no file can tell, or tells wrongly. */
export const ReadOtherwise = ({ opened, onSay }: { opened: boolean; onSay: (said: Said) => void }) => {
  const [reading, setReading] = useState<Reading>(AS_RECOGNISED);
  const said = saidOf(reading);
  const text = (name: "width" | "height", label: string) => (
    <TextInput
      label={label}
      placeholder="As the file says"
      inputMode="numeric"
      error={said === null}
      value={reading[name]}
      onChange={({ currentTarget }) => setReading({ ...reading, [name]: currentTarget.value })}
    />
  );
  return (
    <Accordion
      variant="separated"
      defaultValue={opened ? "read" : null}
      classNames={{ label: classes.part ?? "" }}
    >
      <Accordion.Item value="read">
        <Accordion.Control>Read it otherwise</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="md">
            <div className={classes.form}>
              {text("width", "Width of its input, px")}
              {text("height", "Height of its input, px")}
              <NativeSelect
                label="Order of its colours"
                data={COLOURS}
                value={reading.colours}
                onChange={({ currentTarget }) =>
                  setReading({ ...reading, colours: currentTarget.value as Reading["colours"] })
                }
              />
              <NativeSelect
                label="How images are fitted"
                data={FITS}
                value={reading.fit}
                onChange={({ currentTarget }) =>
                  setReading({ ...reading, fit: currentTarget.value as Reading["fit"] })
                }
              />
            </div>
            <Textarea
              label="Its classes, one per line, in its own order"
              placeholder="As the file says"
              autosize
              minRows={2}
              maxRows={6}
              value={reading.classes}
              onChange={({ currentTarget }) => setReading({ ...reading, classes: currentTarget.value })}
            />
            <Group justify="flex-end">
              <Button variant="default" disabled={said === null} onClick={() => said !== null && onSay(said)}>
                Look again
              </Button>
            </Group>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
};
