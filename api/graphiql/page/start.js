// The examples become tabs at the first visit; after that the browser keeps what was typed.
async function start() {
  const examples = await (await fetch("/graphiql/tabs.json")).json();
  const page = React.createElement(
    GraphiQL,
    {
      // What stands under Headers goes along with connection_init: the token, too.
      fetcher: GraphiQL.createFetcher({
        url: "/graphql",
        subscriptionUrl: `${location.origin.replace(/^http/, "ws")}/graphql`,
      }),
      defaultTabs: examples,
      shouldPersistHeaders: true,
      defaultEditorToolsVisibility: "headers",
    },
    React.createElement(GraphiQL.Logo, null, React.createElement("span", { className: "goodterms-name" }, "Goodterms")),
  );
  ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
}

start();
