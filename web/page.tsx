import { ToolbarButton, ToolbarMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import type { Example } from './examples.ts';
import { pictureFetcher } from './fetcher.ts';
import { HitStrip } from './hit-strip.tsx';
import { PicturePicker } from './picture-picker.tsx';
import type { PictureShelf } from './picture-shelf.ts';
import { Spots } from './spots.tsx';
import { type PageStorage, pageStorage } from './storage.ts';

interface Props {
  readonly shelf: PictureShelf;
  readonly url: string;
  readonly examples: readonly Example[];
}

export function Page({ shelf, url, examples }: Props) {
  const fetcher = useMemo(() => pictureFetcher({ url, shelf }), [url, shelf]);
  const [storage] = useState(pageStorage);
  const [start] = useState(() => startingTabs(storage, examples));
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
      {...start}
    >
      <GraphiQL.Logo>
        <span className="margay-logo">
          <Spots />
          margay
        </span>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ExampleMenu examples={examples} />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <HitStrip />
      </GraphiQL.Footer>
      <PicturePicker shelf={shelf} />
    </GraphiQL>
  );
}

/**
 * The examples, unless this browser has tabs from before. A link may carry an operation, `/graphql?query=...&variables=...`: it is shown in a tab of its own, and never run by itself.
 * GraphiQL fills its editors from `initial...`, and takes the tab that holds just that for the active one; left alone it opens an empty tab after a reload in which only variables were changed.
 */
function startingTabs(storage: PageStorage, examples: readonly Example[]) {
  const search = new URLSearchParams(location.search);
  const query = search.get('query');
  const asked = query ? [{ query, variables: search.get('variables') ?? '' }] : [];
  const defaultTabs = [...asked, ...examples];
  const active = asked[0] ?? lastTab(storage) ?? examples[0];
  return { defaultTabs, initialQuery: active?.query ?? '', initialVariables: active?.variables ?? '' };
}

function lastTab(storage: PageStorage): { query?: string | null; variables?: string | null } | undefined {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem('graphiql:tabState') ?? '{}');
    return tabs?.[activeTabIndex];
  } catch {
    return undefined;
  }
}

/** The tabs one starts with, for those who have closed or changed them. */
function ExampleMenu({ examples }: { examples: readonly Example[] }) {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  const open = ({ query, variables = '' }: Example) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
  };
  return (
    <ToolbarMenu
      button={
        <ToolbarButton label="Examples">
          <Spots className="graphiql-toolbar-icon" />
        </ToolbarButton>
      }
    >
      {examples.map((example) => (
        <ToolbarMenu.Item key={example.label} onSelect={() => open(example)}>
          {example.label}
        </ToolbarMenu.Item>
      ))}
    </ToolbarMenu>
  );
}
