import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Projects" />;

export default Screen;
