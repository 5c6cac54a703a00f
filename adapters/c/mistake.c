#include "mistake.h"

#include <stdarg.h>
#include <stdio.h>

int pl_client_fail(struct placet_error *err, enum placet_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list arguments;
        *err = (struct placet_error){.status = status};
        va_start(arguments, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, arguments);
        va_end(arguments);
    }
    return status;
}

static enum placet_status status_of(enum placet_code code)
{
    switch (code) {
    case PLACET_CODE_NONE:
        return PLACET_OK;
    case PLACET_CODE_NOT_FOUND:
    case PLACET_CODE_COMPACTED:
        return PLACET_ENOTFOUND;
    case PLACET_CODE_ALREADY_EXISTS:
    case PLACET_CODE_CONFLICT:
    case PLACET_CODE_INVALID_STATE:
    case PLACET_CODE_SUPERSEDED:
        return PLACET_ECONFLICT;
    case PLACET_CODE_PERMISSION_DENIED:
        return PLACET_EDENIED;
    case PLACET_CODE_TOO_LARGE:
    case PLACET_CODE_RESOURCE_EXHAUSTED:
        return PLACET_ELIMIT;
    case PLACET_CODE_STORAGE_FULL:
        return PLACET_EFULL;
    case PLACET_CODE_NO_SESSION:
    case PLACET_CODE_UNAVAILABLE:
        return PLACET_EUNREACHABLE;
    case PLACET_CODE_INTERNAL:
        return PLACET_EIO;
    case PLACET_CODE_BAD_FRAME:
    case PLACET_CODE_BAD_VERSION:
    case PLACET_CODE_BAD_BODY:
    case PLACET_CODE_INVALID_ARGUMENT:
    case PLACET_CODE_SCHEMA_VIOLATION:
    case PLACET_CODE_UNKNOWN_KIND:
    case PLACET_CODE_DEFINITION_INVALID:
        break;
    }
    return PLACET_EINVALID;
}

/* What is wrong with the field that a refusal names, or with the first one that it lists. */
static void say_field(struct placet_value body, char *hint, size_t size)
{
    const struct placet_text path = placet_get_text(body, "detail.path");
    struct placet_items errors = placet_items_of(placet_value_get(body, "detail.errors"));
    struct placet_value first;
    char where[64];
    char title[48];
    char what[120];

    if (placet_items_next(&errors, NULL, &first)) {
        (void)placet_get_string(first, "title.zh", title, sizeof(title));
        (void)snprintf(hint, size, "Look at \"%s\"%s%s%s: %s.",
                       placet_get_string(first, "path", where, sizeof(where)),
                       title[0] != '\0' ? " (" : "", title, title[0] != '\0' ? ")" : "",
                       placet_get_string(first, "message", what, sizeof(what)));
    } else if (path.size > 0) {
        (void)snprintf(hint, size, "Look at the field \"%.*s\".",
                       (int)(path.size > 128 ? 128 : path.size), path.at);
    }
}

/* The first mistake of a definition with its place, as the hint in both languages. */
static void say_diagnostic(struct placet_value body, struct placet_error *err)
{
    struct placet_items diagnostics = placet_items_of(placet_value_get(body, "detail.diagnostics"));
    struct placet_value first;
    char en[112];
    char zh[112];

    if (!placet_items_next(&diagnostics, NULL, &first)) {
        return;
    }
    (void)placet_get_string(first, "file", err->file, sizeof(err->file));
    err->line = (uint32_t)placet_get_i64(first, "line");
    err->column = (uint32_t)placet_get_i64(first, "column");
    (void)placet_get_string(first, "message", en, sizeof(en));
    (void)placet_get_string(first, "message_zh", zh, sizeof(zh));
    (void)snprintf(err->hint, sizeof(err->hint), "%s%s%s.", en, zh[0] != '\0' ? "; " : "", zh);
}

int pl_client_refusal(enum placet_code code, struct placet_value body, struct placet_error *err)
{
    const enum placet_status status = status_of(code);

    if (status == PLACET_OK || err == NULL) {
        return status;
    }
    *err = (struct placet_error){.status = status};
    (void)placet_get_string(body, "message", err->message, sizeof(err->message));
    if (err->message[0] == '\0') {
        (void)snprintf(err->message, sizeof(err->message), "%s", placet_code_text(code));
    }
    say_field(body, err->hint, sizeof(err->hint));
    say_diagnostic(body, err);
    return status;
}

int placet_reply_status(const struct placet_reply *reply, struct placet_error *err)
{
    return pl_client_refusal(reply->code, reply->body, err);
}
