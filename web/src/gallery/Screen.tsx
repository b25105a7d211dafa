import { Empty } from "@/ui/Empty";

const Screen = () => <Empty title="Gallery" />;

export default Screen;
