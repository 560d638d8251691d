// Fills the shell: a product from its data, a listing from its own.
"use strict";

const REPOSITORY = "/NeuralNetRepository/";

function element(tag, text, attributes) {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  return node;
}

function link(text, href) {
  return element("a", text, { href });
}

function facets(kind, values) {
  return (values || []).map((value) =>
    link(value, REPOSITORY + kind + "/" + value.replace(/ /g, "-") + "/"));
}

function labelled(label, ...nodes) {
  const line = element("p");
  line.append(label + " ");
  nodes.forEach((node, i) => line.append(i ? ", " : "", node));
  return line;
}

function size(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0) + " MB";
}

// One part of an example: words, or code that starts with "In:".
function example(words) {
  return words.startsWith("In:") ? element("pre", words.slice(3).trim()) : element("p", words);
}

function product(net, into) {
  const section = (level, title, ...nodes) => {
    if (nodes.length) into.append(element(level, title), ...nodes);
  };
  const paragraphs = (text) => (text ? [element("p", text)] : []);

  document.title = net.Name + " | Wolfram Neural Net Repository";
  into.append(element("h1", net.Name), element("p", net.Description));
  if (net.Details) into.append(element("p", net.Details));
  const figures = [
    net.LayerCount && "Number of layers: " + net.LayerCount.toLocaleString("en-US"),
    net.ParameterCount && "Parameter count: " + net.ParameterCount.toLocaleString("en-US"),
    net.ByteCount && "Trained size: " + size(net.ByteCount),
  ].filter(Boolean);
  if (figures.length) into.append(element("p", figures.join(" | ") + " |"));
  into.append(
    labelled("Task type:", ...facets("tasktype", net.TaskType)),
    labelled("Input domains:", ...facets("inputdomain", net.InputDomains)),
  );
  if (net.ContributedBy) into.append(labelled("Contributed by:", net.ContributedBy));
  if (net.ExampleNotebook) into.append(link("Open in Wolfram Cloud", net.ExampleNotebook));

  section("h2", "Training Set Information", ...paragraphs(net.TrainingSetInformation));
  section("h2", "Performance", ...paragraphs(net.Performance));
  const examples = Object.entries(net.Examples || {});
  if (examples.length) into.append(element("h2", "Examples"));
  for (const [title, parts] of examples) section("h3", title, ...parts.map(example));
  if (net.WolframLanguageVersionRequired) {
    const needs = "Wolfram Language " + net.WolframLanguageVersionRequired + " or above";
    section("h2", "Requirements", element("p", needs));
  }
  section("h2", "Resource History", ...(net.Version
    ? [element("p", "Version " + net.Version + ", last updated " + net.LatestUpdate)] : []));
  const source = net.SourceMetadata || {};
  const reference = paragraphs(source.Citation);
  if (source.Source) reference.push(labelled("Available from:", link(source.Source, source.Source)));
  if (source.Rights) reference.push(labelled("Rights:", link(...source.Rights)));
  section("h2", "Reference", ...reference);
  into.append(element("button", "Give feedback"));
}

function listing(found, into) {
  document.title = found.Title + " | Wolfram Neural Net Repository";
  into.append(element("h1", found.Title));
  const list = element("ul");
  for (const [name, path] of found.Entries) {
    const item = element("li");
    item.append(link(name, REPOSITORY + path));
    list.append(item);
  }
  into.append(list);
}

async function fill() {
  const path = location.pathname.slice(REPOSITORY.length).replace(/\/$/, "");
  const [kind, name] = path.split("/");
  const answer = await fetch("/obj/mini/" + path + ".json");
  const into = document.getElementById("content");
  if (!answer.ok) {
    into.append(element("p", "There is nothing here."));
    return;
  }
  (kind === "resources" && name ? product : listing)(await answer.json(), into);
}

fill();
