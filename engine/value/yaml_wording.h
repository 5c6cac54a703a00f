/* What libyaml complains about, in words for the people who write definitions. */
#ifndef PL_VALUE_YAML_WORDING_H
#define PL_VALUE_YAML_WORDING_H

struct pl_yaml_wording {
    const char *problem; /* the beginning of libyaml's text */
    const char *message;
    const char *hint;
};

/* The words for a problem of libyaml 0.2; `c` is the character at its mark. An unknown problem
 * keeps libyaml's text. */
struct pl_yaml_wording pl_yaml_wording_of(const char *problem, char c);

#endif
