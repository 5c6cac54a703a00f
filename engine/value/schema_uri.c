/* URIs of schemas: references as seen from a base (RFC 3986, 5.2). */
#include <string.h>

#include "value/schema_build.h"

/* The parts with their marks: `http:`, `//host`, `/path`, `?query`. Empty when absent. */
struct uri {
    struct pl_text scheme;
    struct pl_text authority;
    struct pl_text path;
    struct pl_text query;
};

static struct pl_text cut_until(struct pl_text *left, uint32_t from, const char *marks)
{
    uint32_t len = from;

    while (len < left->len && strchr(marks, left->at[len]) == NULL) {
        len++;
    }
    const struct pl_text part = {left->at, len};
    *left = (struct pl_text){left->at + len, left->len - len};
    return part;
}

static struct uri parse(struct pl_text text)
{
    struct uri uri = {.scheme = {text.at, 0}, .authority = {text.at, 0}};
    struct pl_text left = text;

    const struct pl_text word = cut_until(&left, 0, ":/?");
    if (word.len > 0 && left.len > 0 && left.at[0] == ':') {
        uri.scheme = (struct pl_text){text.at, word.len + 1};
        left = (struct pl_text){left.at + 1, left.len - 1};
    } else {
        left = text;
    }
    if (left.len >= 2 && memcmp(left.at, "//", 2) == 0) {
        uri.authority = cut_until(&left, 2, "/?");
    }
    uri.path = cut_until(&left, 0, "?");
    uri.query = left;
    return uri;
}

struct pl_text pl_uri_without_fragment(struct pl_text uri, struct pl_text *fragment_out)
{
    struct pl_text left = uri;
    const struct pl_text before = cut_until(&left, 0, "#");

    *fragment_out = left.len > 0 ? (struct pl_text){left.at + 1, left.len - 1} : left;
    return before;
}

static uint32_t append(char *at, uint32_t len, struct pl_text part)
{
    if (part.len > 0) {
        memcpy(at + len, part.at, part.len);
    }
    return len + part.len;
}

static bool is_segment(struct pl_text segment, const char *dots)
{
    return pl_text_is(segment, dots) ||
           (segment.at[0] == '/' &&
            pl_text_is((struct pl_text){segment.at + 1, segment.len - 1}, dots));
}

/* The path without its last segment. */
static uint32_t without_last(const char *path, uint32_t len)
{
    while (len > 0 && path[--len] != '/') {
    }
    return len;
}

/* Takes `.` and `..` out of a path, in place; gives its new length. */
static uint32_t remove_dots(char *path, uint32_t len)
{
    uint32_t in = 0;
    uint32_t out = 0;

    while (in < len) {
        uint32_t end = in + 1;
        while (end < len && path[end] != '/') {
            end++;
        }
        const struct pl_text segment = {path + in, end - in};
        const bool goes_up = is_segment(segment, "..");
        if (!goes_up && !is_segment(segment, ".")) {
            memmove(path + out, path + in, end - in);
            out += end - in;
            in = end;
            continue;
        }
        out = goes_up ? without_last(path, out) : out;
        if (end == len && path[in] == '/') { /* `/a/.` is `/a/` */
            path[out++] = '/';
        }
        in = path[in] == '/' ? end : end + 1; /* `../a` is `a` */
    }
    return out;
}

/* The path of a relative reference behind the folder of the base. */
static uint32_t merge_paths(char *at, const struct uri *base, struct pl_text path)
{
    uint32_t folder = base->path.len;

    while (folder > 0 && base->path.at[folder - 1] != '/') {
        folder--;
    }
    uint32_t len = append(at, 0, (struct pl_text){base->path.at, folder});
    if (folder == 0 && base->authority.len > 0) {
        at[len++] = '/';
    }
    return append(at, len, path);
}

bool pl_uri_resolve(struct pl_arena *arena, struct pl_text base, struct pl_text reference,
                    struct pl_text *uri_out)
{
    const struct uri b = parse(base);
    const struct uri r = parse(reference);
    const bool own_scheme = r.scheme.len > 0;
    const bool own_authority = own_scheme || r.authority.len > 0;
    char *at = pl_arena_alloc(arena, (size_t)base.len + reference.len + 2);
    uint32_t len = 0;

    if (at == NULL) {
        return false;
    }
    len = append(at, len, own_scheme ? r.scheme : b.scheme);
    len = append(at, len, own_authority ? r.authority : b.authority);
    if (own_authority || (r.path.len > 0 && r.path.at[0] == '/')) {
        const uint32_t end = append(at, len, r.path);
        len += remove_dots(at + len, end - len);
    } else if (r.path.len > 0) {
        const uint32_t path_len = merge_paths(at + len, &b, r.path);
        len += remove_dots(at + len, path_len);
    } else {
        len = append(at, len, b.path);
    }
    const bool own_query = own_authority || r.path.len > 0 || r.query.len > 0;
    len = append(at, len, own_query ? r.query : b.query);
    *uri_out = (struct pl_text){at, len};
    return true;
}
