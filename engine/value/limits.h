/* Every bound on what is read from outside, with the reason for the number. (The bounds of the
 * model are in model/limits.h.) */
#ifndef PL_VALUE_LIMITS_H
#define PL_VALUE_LIMITS_H

#define PL_YAML_SIZE_MAX           (1024 * 1024) /* the largest definition known has 40 KiB */
#define PL_YAML_DEPTH_MAX          32 /* libyaml's cost is quadratic in the depth; six is usual */
#define PL_YAML_EVENTS_MAX         200000      /* 45 ms and 20 MiB of tree at most */
#define PL_YAML_SCALAR_MAX         (64 * 1024) /* a title or a paragraph, not a document */
#define PL_YAML_KEYS_MAX           1024        /* of one map; 64 steps is usual */

/* The strict profile of MessagePack. The protocol promises the first two to every peer. */
#define PL_MSGPACK_DEPTH_MAX       16    /* documents nest a few deep; the walk has a fixed stack */
#define PL_MSGPACK_NODES_MAX       65536 /* bounds the work for one message, whatever its size */
#define PL_MSGPACK_KEYS_MAX        1024  /* of one map: far above the fields of a form */

/* Keys of maps that stand inside one another, together: the check keeps them on its stack (16 KiB)
 * to find duplicates. */
#define PL_MSGPACK_OPEN_KEYS_MAX   2048

/* Expressions of definitions. */
#define PL_CEL_SOURCE_MAX          4096 /* a page of text; the longest guard known has 80 letters */
#define PL_CEL_STEPS_MAX           1024 /* instructions; as many tokens */
#define PL_CEL_DEPTH_MAX           64   /* nesting of an expression; bounds recursion */
#define PL_CEL_STACK_MAX           64   /* values at once while evaluating; on the C stack */
#define PL_CEL_FRAMES_MAX          24   /* lists, maps and macros in one another; on the C stack */
#define PL_CEL_ARGUMENTS_MAX       16   /* of one function */
#define PL_CEL_BYTES_PER_COST      32   /* bytes that are walked or copied in the time of a step */
#define PL_CEL_COST_MAX            100000  /* at run time: about a millisecond */
#define PL_CEL_ROOM_USUAL          4096    /* bytes put together for a condition; on the C stack */
#define PL_CEL_LIST_USUAL          32      /* elements of a list whose schema has no bound */
#define PL_CEL_FOLD_ROOM           16384   /* bytes for a constant that is computed at load time */
#define PL_CEL_SCAN_USUAL          8       /* cost of walking a form or a text, as foreseen */
#define PL_CEL_COST_STATIC_MAX     1000000 /* estimated when loaded: three macros in one another */

/* Schemas of forms and answers. */
#define PL_SCHEMA_DEPTH_MAX        128 /* schemas in one another, by $ref too; bounds recursion */
#define PL_SCHEMA_WORK_MAX         1000000 /* rules and comparisons for one document: about 50 ms */
#define PL_SCHEMA_REFER_MAX        268435456 /* bytes looked through for references: 0.3 s */
#define PL_SCHEMA_PATTERN_MAX      1024      /* bytes of a regular expression */
#define PL_SCHEMA_PATTERN_TEXT_MAX 4096 /* bytes of a text that has a pattern: matching may be */
                                        /* quadratic */

#endif
