import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="History" />;

export default Screen;
