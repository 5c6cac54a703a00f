"""YAML files in and out, by libyaml where Python has it: most of the time of the test goes here."""

import yaml

SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SafeDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Loader(SafeLoader):
    """Dates stay texts, as in the engine."""


Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for key, rules in SafeLoader.yaml_implicit_resolvers.items()}


class Dumper(SafeDumper):
    """No anchors: the language has none."""

    def ignore_aliases(self, data):
        return True


def read(path):
    return yaml.load(path.read_bytes(), Loader)


def write(path, content):
    text = yaml.dump(content, Dumper=Dumper, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
