import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";

import { theme } from "@/ui/theme";

const scheme = localStorageColorSchemeManager({ key: "labelgraft-scheme" });

/** The visual language around everything. Its variables come from a file: the page allows no style element. */
export const Look = ({ children }: { children: ReactNode }) => (
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    colorSchemeManager={scheme}
    withCssVariables={false}
    withGlobalClasses={false}
    deduplicateInlineStyles={false}
  >
    {children}
  </MantineProvider>
);
