import { Button } from "@mantine/core";
import { CloudOff, LogIn } from "lucide-react";

import { useSavingState, useSession } from "@/store/hooks";
import { countOf } from "@/ui/words";

import classes from "./Frame.module.css";

/** Says that the server is away, that nothing is lost, and what to do. */
export const OfflineBanner = () => {
  const { state, waiting } = useSavingState();
  const { journal } = useSession();
  if (state !== "offline" && state !== "signed-out") return null;
  const kept = waiting === 0 ? "Nothing is lost." : `${countOf(waiting, "change")} kept in this browser.`;
  const signedOut = state === "signed-out";
  const Icon = signedOut ? LogIn : CloudOff;
  return (
    <div className={classes.banner} role="alert">
      <Icon size={16} aria-hidden />
      <span>
        {signedOut
          ? `The server does not know this browser any more. ${kept} Open the address that labelgraft serve prints, then go on here.`
          : `The server does not answer. ${kept} You can go on; it is sent when the server is back.`}
      </span>
      <Button size="xs" variant="default" ml="auto" onClick={() => journal.hurry()}>
        Try now
      </Button>
    </div>
  );
};
