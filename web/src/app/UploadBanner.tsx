import { Button, Progress } from "@mantine/core";
import { Upload as UploadIcon } from "lucide-react";

import { runningUpload, type RunningUpload } from "@/store/imports";
import { useObservable } from "@/store/observable";
import { bytes } from "@/ui/words";

import classes from "./Frame.module.css";

const Banner = ({ running: { upload, name } }: { running: RunningUpload }) => {
  const { done, files, doneBytes, bytes: all, waiting } = useObservable(upload.progress);
  const share = all === 0 ? 0 : (doneBytes / all) * 100;
  return (
    <div className={classes.upload}>
      <UploadIcon size={16} aria-hidden />
      <span className="tabular">
        {waiting ? "Waiting for the server: " : "Uploading "}
        {name}, {done.toLocaleString("en")} of {files.toLocaleString("en")} files, {bytes(doneBytes)} of{" "}
        {bytes(all)}
      </span>
      <Progress value={share} aria-label="Uploaded" className={classes.uploadBar} />
      <Button size="xs" variant="default" onClick={() => upload.cancel()}>
        Cancel
      </Button>
    </div>
  );
};

/** The upload that goes on, whatever screen is shown. It goes on only while this page is open. */
export const UploadBanner = () => {
  const running = useObservable(runningUpload);
  return running === null ? null : <Banner running={running} />;
};
