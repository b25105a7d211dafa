import { useProject } from "@/store/hooks";
import { byReason, useLastReport } from "@/store/intakeReports";
import { RefusedFiles } from "@/ui/RefusedFiles";

/** What the last import did not take: who misses a file looks here first. */
export const NotTaken = () => {
  const report = useLastReport(useProject().id);
  return report === null ? null : <RefusedFiles groups={byReason(report.refused)} />;
};
