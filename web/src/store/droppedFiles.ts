/** The files of folders that were dropped on the page or chosen, with their paths inside. */
import type { UploadFile } from "./upload";

const IMAGE = /\.(?:jpe?g|jfif|png|webp|gif|bmp|tiff?|avif|heic)$/i;
const HIDDEN = /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini|__MACOSX)(?:\/|$)/;

const ARCHIVE = /\.zip$/i;

/** Whether a file is unpacked by the server, and imported by itself. */
export const isArchive = (path: string): boolean => ARCHIVE.test(path) && !HIDDEN.test(path);

/** Whether a file could be an image or, where labels are wanted, the labels beside. */
export const isWanted = (path: string, labels: boolean): boolean =>
  !HIDDEN.test(path) && (labels || IMAGE.test(path) || ARCHIVE.test(path));

const readAll = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => {
    const found: FileSystemEntry[] = [];
    // A browser gives at most 100 entries per call, and none at the end.
    const more = () =>
      reader.readEntries((entries) => {
        found.push(...entries);
        if (entries.length === 0) resolve(found);
        else more();
      }, reject);
    more();
  });

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry =>
  entry?.isDirectory === true;

const inFolder = async (folder: FileSystemDirectoryEntry): Promise<UploadFile[]> => {
  const found: UploadFile[] = [];
  const open: FileSystemEntry[] = [folder];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (isFile(entry)) found.push({ path: entry.fullPath.replace(/^\//, ""), blob: await fileOf(entry) });
    else if (isFolder(entry)) open.push(...(await readAll(entry.createReader())));
  }
  return found;
};

/** What lies in dropped files and folders, however deep. Call it at once: a drop is readable only while it is told. */
export const filesOfDrop = async (items: DataTransferItemList): Promise<UploadFile[]> => {
  const dropped = [...items].filter((item) => item.kind === "file");
  const folders = dropped.map((item) => item.webkitGetAsEntry()).filter(isFolder);
  const alone = dropped
    .filter((item) => item.webkitGetAsEntry()?.isDirectory !== true)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null)
    .map((file) => ({ path: file.name, blob: file }));
  const found = await Promise.all(folders.map(inFolder));
  return [...alone, ...found.flat()].sort((a, b) => a.path.localeCompare(b.path, "en"));
};

/** What was chosen by a file dialog. */
export const filesOfInput = (list: FileList | null): UploadFile[] =>
  [...(list ?? [])].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    blob: file,
  }));

/** What is imported by itself: the plain files together, and each archive alone. */
export const partsOf = (files: readonly UploadFile[]): UploadFile[][] => {
  const plain = files.filter(({ path }) => !isArchive(path));
  const archives = files.filter(({ path }) => isArchive(path)).map((file) => [file]);
  return plain.length === 0 ? archives : [plain, ...archives];
};

/** The folder that everything lies in, or the one archive without its ending; "upload" where there is none. */
export const nameOf = (files: readonly UploadFile[]): string => {
  const [first] = files;
  if (files.length === 1 && first !== undefined && isArchive(first.path))
    return first.path.split("/").at(-1)?.replace(ARCHIVE, "") ?? "upload";
  const tops = new Set(files.map(({ path }) => path.split("/").slice(0, -1)[0] ?? ""));
  const [only] = tops;
  return tops.size === 1 && only !== undefined && only !== "" ? only : "upload";
};
