import { useEffect, useState } from 'react';
import { readSettings, writeSettings } from '../../api/admin';
import { explain } from '../../api/client';
import type { AppSettings } from '../../api/types';
import { text } from '../../messages';
import { settingGroups } from '../../messages/settings';
import { Field, FormError, Switch } from '../../ui/Field';
import { notify } from '../../ui/notify';

export function ServerSettings() {
  const [settings, setSettings] = useState<AppSettings | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    readSettings().then(setSettings, (reason) => setError(explain(reason)));
  }, []);

  async function save(key: string, value: string) {
    const before = settings?.[key] ?? '';
    setError(null);
    setSettings((known) => ({ ...known, [key]: value }));
    try {
      await writeSettings({ [key]: value });
      notify(text.admin.saved);
    } catch (reason) {
      setSettings((known) => ({ ...known, [key]: before }));
      setError(explain(reason));
    }
  }

  if (settings === null)
    return error === null ? <p className="hint">{text.loading}</p> : <FormError message={error} />;
  return (
    <>
      <FormError message={error} />
      {settingGroups.map((group) => {
        const known = group.settings.filter((setting) => settings[setting.key] !== undefined);
        if (known.length === 0) return null;
        return (
          <fieldset key={group.title} className="setting-group">
            <legend>{group.title}</legend>
            {known.map((setting) =>
              setting.kind === 'switch' ? (
                <Switch
                  key={setting.key}
                  label={setting.label}
                  checked={settings[setting.key] === '1'}
                  onChange={(on) => void save(setting.key, on ? '1' : '0')}
                />
              ) : (
                <ValueSetting
                  key={setting.key}
                  label={setting.label}
                  value={settings[setting.key] ?? ''}
                  onSave={(value) => void save(setting.key, value)}
                />
              ),
            )}
          </fieldset>
        );
      })}
    </>
  );
}

interface ValueProps {
  label: string;
  value: string;
  onSave: (value: string) => void;
}

/** Saved when one leaves it or presses Enter: half-typed numbers must not reach the server. */
function ValueSetting({ label, value, onSave }: ValueProps) {
  return (
    <Field
      key={value}
      label={label}
      defaultValue={value}
      onBlur={(event) => {
        if (event.target.value !== value) onSave(event.target.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}
