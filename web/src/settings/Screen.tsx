import { Page } from "@/ui/Page";

import { BrowserSettings } from "./BrowserSettings";
import { ServerFacts } from "./ServerFacts";

/** What holds for this browser, and what the server was started with. */
const Screen = () => (
  <Page title="Settings">
    <BrowserSettings />
    <ServerFacts />
  </Page>
);

export default Screen;
