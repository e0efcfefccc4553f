import { Button, Checkbox, FileButton, MultiSelect, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import {
  Attribute,
  createResourceType,
  setTypeIcon,
  updateResourceType,
  type ResourceType,
  type Script,
} from '@strongroom/contract';
import { lazy, Suspense, useState } from 'react';
import { ask, base } from '../../lib/client.ts';
import { customise } from '../../lib/messages/customise.ts';
import { scripts } from '../../lib/messages/scripts.ts';
import { kit } from '../../lib/messages/kit.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useFields } from '../../parts/fields/use-custom.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './customise.module.css';
import { pictureAsPng } from './picture.ts';

const ScriptDialog = lazy(() => import('../../parts/scripts/ScriptDialog.tsx'));

/** Adds or changes a resource type of the organisation's own. */
export function TypeDialog({
  type,
  types,
  close,
  saved,
}: {
  /** Null for a new one. */
  readonly type: ResourceType | null;
  readonly types: readonly ResourceType[];
  readonly close: () => void;
  readonly saved: () => Promise<unknown>;
}) {
  const fileFields = [...useFields('resource'), ...useFields('account')].filter((field) => field.kind === 'file');
  const [name, setName] = useState(type?.name ?? '');
  const [label, setLabel] = useState(type?.accountLabel ?? 'User account');
  const [attributes, setAttributes] = useState<readonly Attribute[]>(
    type?.attributes ?? ['dnsName', 'url', 'description', 'department', 'location'],
  );
  const [resetsLike, setResetsLike] = useState<string | null>(type?.resetsLike ?? null);
  const [script, setScript] = useState<Script | null>(type?.script ?? null);
  const [writing, setWriting] = useState(false);
  const [holdsFiles, setHoldsFiles] = useState(type?.holdsFiles ?? false);
  const [fieldIds, setFieldIds] = useState<string[]>(type?.fileFieldIds ?? []);
  // Undefined while the picture stays; null when it is taken away.
  const [png, setPng] = useState<string | null | undefined>(undefined);
  const [wrongPicture, setWrongPicture] = useState(false);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  const shown =
    png === undefined
      ? type?.icon && type.id
        ? `${base}/resource-types/${type.id}/icon?v=${type.icon}`
        : null
      : png && `data:image/png;base64,${png}`;
  const save = () => {
    setTried(true);
    if (name.trim() === '' || label.trim() === '') return;
    const details = {
      name: name.trim(),
      accountLabel: label.trim(),
      attributes: [...attributes],
      resetsLike: holdsFiles || script ? null : resetsLike,
      script: holdsFiles ? null : script,
      holdsFiles,
      fileFieldIds: fieldIds,
    };
    void action
      .run(async () => {
        const stored = type?.id
          ? await ask(updateResourceType, { resourceTypeId: type.id, version: type.version, ...details })
          : await ask(createResourceType, details);
        if (png !== undefined && stored.id) await ask(setTypeIcon, { resourceTypeId: stored.id, png });
        await saved();
        toast({ message: customise('types.saved', { name: details.name }) });
      })
      .then((done) => done && close());
  };
  const choose = async (file: File | null) => {
    if (!file) return;
    try {
      setPng(await pictureAsPng(file));
      setWrongPicture(false);
    } catch {
      setWrongPicture(true);
    }
  };
  return (
    <Dialog
      open
      close={close}
      title={type ? customise('types.editTitle', { name: type.name }) : customise('types.add')}
      size={520}
      closable={!action.busy}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack gap={14}>
          <TextInput
            label={customise('types.name')}
            withAsterisk
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={errors['name'] ?? (tried && name.trim() === '' ? customise('types.nameMissing') : null)}
            autoComplete="off"
            data-autofocus
          />
          <div>
            <div className={css.picture}>
              <span className={css.tile}>{shown && <img src={shown} width={24} height={24} alt="" />}</span>
              <FileButton onChange={(file) => void choose(file)} accept="image/*">
                {(props) => (
                  <Button {...props} size="xs" variant="default">
                    {customise('types.pictureChoose')}
                  </Button>
                )}
              </FileButton>
              {shown && (
                <Button size="xs" variant="subtle" color="gray" onClick={() => setPng(null)}>
                  {customise('types.pictureRemove')}
                </Button>
              )}
            </div>
            <p className={css.none} role={wrongPicture ? 'alert' : undefined}>
              {customise(wrongPicture ? 'types.pictureWrong' : 'types.pictureHelp')}
            </p>
          </div>
          <div>
            <p className={css.label}>{customise('types.holds')}</p>
            <SegmentedControl
              fullWidth
              aria-label={customise('types.holds')}
              value={holdsFiles ? 'files' : 'passwords'}
              onChange={(value) => setHoldsFiles(value === 'files')}
              data={[
                { value: 'passwords', label: customise('types.holdsPasswords') },
                { value: 'files', label: customise('types.holdsFiles') },
              ]}
            />
          </div>
          {!holdsFiles && !script && (
            <Select
              label={customise('types.resets')}
              description={customise('types.resetsHelp')}
              placeholder={customise('types.resetsNot')}
              clearable
              searchable
              data={types.filter((one) => one.builtIn && one.driver !== null).map((one) => one.name)}
              value={resetsLike}
              onChange={setResetsLike}
              error={errors['resetsLike'] ?? null}
            />
          )}
          {!holdsFiles && resetsLike === null && (
            <div>
              <p className={css.label}>{scripts('own')}</p>
              <div className={css.picture}>
                {script && <span className="dim">{scripts('steps', { count: script.steps.length })}</span>}
                <Button size="xs" variant="default" onClick={() => setWriting(true)}>
                  {scripts(script ? 'edit' : 'write')}
                </Button>
                {script && (
                  <Button size="xs" variant="subtle" color="gray" onClick={() => setScript(null)}>
                    {scripts('remove')}
                  </Button>
                )}
              </div>
              <p className={css.none}>{scripts(type?.script && script !== type.script ? 'switchesOff' : 'ownHelp')}</p>
            </div>
          )}
          <TextInput
            label={customise('types.accountLabel')}
            withAsterisk
            maxLength={80}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            autoComplete="off"
          />
          <Checkbox.Group
            label={customise('types.attributes')}
            value={[...attributes]}
            onChange={(chosen) => setAttributes(Attribute.options.filter((one) => chosen.includes(one)))}
          >
            <Stack gap={8} mt={6}>
              {Attribute.options.map((one) => (
                <Checkbox key={one} value={one} label={customise(`attribute.${one}`)} />
              ))}
            </Stack>
          </Checkbox.Group>
          {fileFields.length > 0 && (
            <MultiSelect
              label={customise('types.fileFields')}
              data={fileFields.map((field) => ({ value: field.id, label: field.name }))}
              value={fieldIds}
              onChange={setFieldIds}
            />
          )}
          {action.error !== null && Object.keys(errors).length === 0 && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {type ? kit('save') : customise('types.add')}
          </BusyButton>
        </DialogActions>
      </form>
      <Suspense fallback={null}>
        {writing && (
          <ScriptDialog
            script={script}
            close={() => setWriting(false)}
            take={(written) => {
              setScript(written);
              setWriting(false);
            }}
          />
        )}
      </Suspense>
    </Dialog>
  );
}
