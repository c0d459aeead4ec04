import { MembersPanel } from '../MembersPanel';
import type { SectionProps } from './ServerSettings';

export default function Members({ details }: SectionProps) {
  return <MembersPanel server={details.server.id} />;
}
