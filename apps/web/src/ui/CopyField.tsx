import { ActionIcon, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { toast } from './toast.tsx';

/** Text to be taken along, such as a link or a key: read-only, mono, with a copy button. Not for passwords. */
export function CopyField({
  label,
  value,
  description,
}: {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } catch {
      toast({ tone: 'bad', seconds: 8, message: kit('copyFailed') });
    }
  };
  return (
    <TextInput
      label={label}
      description={description}
      value={value}
      readOnly
      classNames={{ input: 'mono' }}
      spellCheck={false}
      onFocus={(event) => event.currentTarget.select()}
      rightSectionPointerEvents="all"
      rightSection={
        <ActionIcon size={26} aria-label={kit('copyThing', { thing: label })} onClick={() => void copy()}>
          {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
        </ActionIcon>
      }
    />
  );
}
