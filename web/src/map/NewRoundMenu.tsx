import { Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";

import { useProject } from "@/store/hooks";
import { startRound, type NewRound } from "@/store/mapRounds";
import { say, sayProblem } from "@/ui/toasts";

/** The embedding without a network, as the server calls it. */
export const HISTOGRAM = "color-histogram";

/** Lays the images out again, from the model, the backbone or the colours alone. */
export const NewRoundMenu = ({ backbone, busy }: { backbone: string; busy: boolean }) => {
  const { id } = useProject();
  const queries = useQueryClient();
  const begin = async (asked: NewRound) => {
    try {
      const begun = await startRound(id, asked);
      say(
        begun === "embed"
          ? "The images are being embedded for it first; the points move when the new round is there."
          : "A new round is being laid out; the points move when it is there.",
        "map-round",
      );
      await queries.invalidateQueries({ queryKey: ["jobs"] });
    } catch (problem) {
      sayProblem(problem);
    }
  };
  return (
    <Menu position="top-end">
      <Menu.Target>
        <Button leftSection={<RefreshCw size={16} aria-hidden />} loading={busy}>
          New round
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void begin({ rearrange: false, backbone: null })}>
          From the model in use, keeping places
        </Menu.Item>
        <Menu.Item onClick={() => void begin({ rearrange: true, backbone: null })}>
          From the model in use, arranged afresh
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void begin({ rearrange: true, backbone })}>
          From the backbone alone ({backbone})
        </Menu.Item>
        <Menu.Item onClick={() => void begin({ rearrange: true, backbone: HISTOGRAM })}>
          From the colours alone
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
