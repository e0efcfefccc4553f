import {
  IconBrandApple,
  IconBrandWindows,
  IconCloud,
  IconDatabase,
  IconFileCertificate,
  IconRouter,
  IconServer2,
  IconSitemap,
  IconTerminal2,
  IconWorld,
  type Icon,
} from '@tabler/icons-react';
import { base } from '../lib/client.ts';
import { useResourceTypes } from './accounts/use-lists.ts';
import css from './type-icon.module.css';

/** Pictures by a word in the type's name; the first that fits wins. */
const pictures: readonly (readonly [RegExp, Icon])[] = [
  [/domain|directory|ldap/i, IconSitemap],
  [/azure/i, IconCloud],
  [/windows|rdp/i, IconBrandWindows],
  [/\bmac|apple/i, IconBrandApple],
  [/sql|oracle db|sybase|db2|database|sybase|postgres|mongo|redis|\bdb\b/i, IconDatabase],
  [/cisco|juniper|router|switch|firewall|network|fortinet|palo|arista|f5|hp ?procurve/i, IconRouter],
  [/aws|azure|cloud|google|salesforce|rackspace|office/i, IconCloud],
  [/web|site|url|http|account/i, IconWorld],
  [/key|certificate|license|file/i, IconFileCertificate],
  [/linux|unix|ssh|solaris|aix|bsd|hp-?ux|esxi|vmware/i, IconTerminal2],
];

/** A small picture for a resource type. Decoration: the type's name stands beside it or is known. */
export function TypeIcon({ type, size = 16 }: { readonly type: string; readonly size?: number }) {
  const own = useResourceTypes().find((one) => one.name === type && one.icon !== null);
  if (own?.id)
    return (
      <img
        className={css.icon}
        src={`${base}/resource-types/${own.id}/icon?v=${own.icon ?? ''}`}
        width={size}
        height={size}
        alt=""
      />
    );
  const Glyph = pictures.find(([pattern]) => pattern.test(type))?.[1] ?? IconServer2;
  return <Glyph size={size} stroke={1.6} aria-hidden className={css.icon} />;
}
