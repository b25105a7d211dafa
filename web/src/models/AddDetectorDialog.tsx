import {
  Button,
  FileButton,
  Group,
  Modal,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileUp } from "lucide-react";
import { useState } from "react";

import { FolderPicker } from "@/intake/FolderPicker";
import { classListQuery, type ProjectClass } from "@/store/classes";
import {
  addDetector,
  offerQuery,
  sendModelFile,
  type DetectorFile,
  type DetectorOffer,
  type Said,
} from "@/store/detectors";
import { say } from "@/ui/toasts";
import { bytes } from "@/ui/words";

import { firstMapping, usesOf, type Mapping } from "./detectorForm";
import { MappingTable } from "./MappingTable";
import classes from "./models.module.css";
import { ReadOtherwise } from "./ReadOtherwise";

const THRESHOLD = 0.25;

const Alert = ({ children }: { children: string }) => (
  <Text c="var(--danger)" role="alert">
    {children}
  </Text>
);

const FileChoice = ({ onFile }: { onFile: (file: DetectorFile | null, name: string) => void }) => {
  const [where, setWhere] = useState<"here" | "server">("here");
  const [place, setPlace] = useState<string | null>(null);
  const [name, setName] = useState("");
  const send = useMutation({
    mutationFn: sendModelFile,
    onSuccess: (file, { name: sent }) => onFile(file, sent),
  });
  const choose = (file: File | null) => {
    if (file === null) return;
    setName(file.name);
    onFile(null, "");
    send.mutate(file);
  };
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Where the file is"
        value={where}
        onChange={setWhere}
        data={[
          { value: "here", label: "On this computer" },
          { value: "server", label: "In a folder of the server" },
        ]}
      />
      {where === "here" ? (
        <Group>
          <FileButton accept=".onnx" onChange={choose} inputProps={{ "aria-label": "An ONNX file" }}>
            {(props) => (
              <Button
                variant="default"
                leftSection={<FileUp size={16} />}
                loading={send.isPending}
                {...props}
              >
                Choose an ONNX file
              </Button>
            )}
          </FileButton>
          <Text c="dimmed">{name}</Text>
        </Group>
      ) : (
        <FolderPicker
          models
          chosen={place}
          onChoose={(path) => {
            setPlace(path);
            onFile(path === null ? null : { source: path }, path?.split(/[\\/]/).at(-1) ?? "");
          }}
        />
      )}
      {send.error !== null && <Alert>{send.error.message}</Alert>}
    </Stack>
  );
};

const Recognised = ({ offer }: { offer: DetectorOffer }) => (
  <div>
    <Text fw={500}>{offer.sentence}</Text>
    {offer.kind !== null && (
      <Text c="dimmed" size="xs">
        Finds shapes of the kind {offer.kind} · {bytes(offer.bytes)} · licence: {offer.licence}
      </Text>
    )}
    {offer.assumed.length > 0 && (
      <>
        <Text mt="xs">No file can tell these, so look at some results:</Text>
        <ul className={classes.notes}>
          {offer.assumed.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </>
    )}
  </div>
);

const Mapper = ({
  projectId,
  file,
  said,
  offer,
  ours,
  onClose,
}: {
  projectId: number;
  file: DetectorFile;
  said: Said;
  offer: DetectorOffer;
  ours: readonly ProjectClass[];
  onClose: () => void;
}) => {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/projects/$projectId/models" });
  const [mapping, setMapping] = useState<Mapping>(() => firstMapping(offer));
  const [threshold, setThreshold] = useState(THRESHOLD);
  const [name, setName] = useState(offer.name.replace(/\.onnx$/i, ""));
  const add = useMutation({
    mutationFn: () =>
      addDetector(projectId, file, said, { name: name.trim(), classes: usesOf(mapping), threshold }),
    onSuccess: async (model) => {
      say(`${model.name} was added. Try it on twelve images.`, "model-added");
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      await navigate({ search: { model: model.id } });
    },
  });
  if (offer.problem !== "") return <Alert>{offer.problem}</Alert>;
  return (
    <>
      <MappingTable
        offer={offer}
        ours={ours.map((each) => each.name)}
        mapping={mapping}
        threshold={threshold}
        onMapping={setMapping}
        onThreshold={setThreshold}
      />
      <TextInput
        label="Name of the model"
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      {add.error !== null && <Alert>{add.error.message}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={Object.keys(mapping).length === 0 || name.trim() === ""}
          loading={add.isPending}
          onClick={() => add.mutate()}
        >
          Add the model
        </Button>
      </Group>
    </>
  );
};

const Offered = ({
  projectId,
  file,
  onClose,
}: {
  projectId: number;
  file: DetectorFile;
  onClose: () => void;
}) => {
  const [said, setSaid] = useState<Said>({});
  const { data: offer, error } = useQuery(offerQuery(projectId, file, said));
  const ours = useQuery(classListQuery(projectId)).data;
  if (error === null && (offer === undefined || ours === undefined)) {
    return <Skeleton h={320} role="status" aria-label="Looking at the file" />;
  }
  const usable = offer !== undefined && offer.description !== null;
  return (
    <>
      {error !== null && <Alert>{error.message}</Alert>}
      {offer !== undefined && <Recognised offer={offer} />}
      <ReadOtherwise key={usable ? "usable" : "not"} opened={!usable} onSay={setSaid} />
      {usable && ours !== undefined && (
        <Mapper
          key={JSON.stringify(said)}
          projectId={projectId}
          file={file}
          said={said}
          offer={offer}
          ours={ours}
          onClose={onClose}
        />
      )}
    </>
  );
};

/** An ONNX file becomes a model: where it is, what was recognised, which of its classes are ours. */
export const AddDetectorDialog = ({ projectId, onClose }: { projectId: number; onClose: () => void }) => {
  const [file, setFile] = useState<DetectorFile | null>(null);
  return (
    <Modal opened onClose={onClose} title="Add a model from a file" size={880}>
      <Stack gap="md">
        <Text c="dimmed">
          A detector that was trained elsewhere and saved as ONNX. It is copied, and nothing in it is run but
          its network.
        </Text>
        <FileChoice onFile={setFile} />
        {file !== null && (
          <Offered key={JSON.stringify(file)} projectId={projectId} file={file} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
};
