import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Settings" />;

export default Screen;
