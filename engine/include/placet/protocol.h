/**
 * @file
 * The numbers of the wire protocol, version 1, and the 16 bytes in front of every message.
 *
 * Clients normally use the functions of the client library; this header is for those who speak the
 * protocol themselves. A message is two ZeroMQ frames: a header as below, and one MessagePack map.
 * The bodies are described by schemas/messages/.
 */
#ifndef PLACET_PROTOCOL_H
#define PLACET_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include <placet/error.h>

#define PLACET_PROTOCOL_VERSION 1
#define PLACET_HEADER_SIZE      16

/** Kinds of messages: PLACET_KIND_HELLO and so on; the rows of messages.def. */
enum placet_kind {
#define KIND(NUMBER, NAME, ON, FROM, WHAT) PLACET_KIND_##NAME = (NUMBER),
#include <placet/messages.def>
#undef KIND
};

/** Codes of error replies: PLACET_CODE_BAD_FRAME and so on; the rows of errors.def. */
enum placet_code {
    PLACET_CODE_NONE = 0,
#define ERROR(CODE, NAME, RETRY, TEXT) PLACET_CODE_##NAME = (CODE),
#include <placet/errors.def>
#undef ERROR
};

/** Flags of the header. */
enum {
    PLACET_FLAG_REPLY = 1, /**< answers the message with the same correlation */
    PLACET_FLAG_ERROR = 2, /**< a reply that says no: {code, name, message, retry, ...} */
    PLACET_FLAG_DUP = 4,   /**< the same was asked before: this is the stored answer */
    PLACET_FLAG_MORE = 8   /**< more replies to the same message follow */
};

struct placet_header {
    uint16_t kind;
    uint16_t flags;
    uint64_t correlation; /**< chosen by who asks, given back in the reply */
};

/** Writes "PLC", the version, kind, flags and correlation, big-endian. */
PLACET_API void placet_header_write(const struct placet_header *header,
                                    uint8_t out[PLACET_HEADER_SIZE]);

/**
 * Reads a header. Returns 0, #PLACET_EINVALID when it is not 16 bytes that begin with "PLC", or
 * #PLACET_ECONFLICT when the version is another one (then `out` is filled all the same, so that the
 * message can be refused by its correlation).
 */
PLACET_API int placet_header_read(const void *bytes, size_t size, struct placet_header *out);

/** "HELLO"; NULL for a number that is no kind. */
PLACET_API const char *placet_kind_name(unsigned kind);

/** "BAD_FRAME"; NULL for a number that is no code. */
PLACET_API const char *placet_code_name(unsigned code);

/** The fixed text of a code, one clause. "unknown error" for a number that is no code. */
PLACET_API const char *placet_code_text(unsigned code);

/** "never", "fix", "same" or "hello"; "never" for a number that is no code. */
PLACET_API const char *placet_code_retry(unsigned code);

#endif
