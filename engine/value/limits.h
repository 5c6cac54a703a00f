/* Every bound on what is read from outside as text, with the reason for the number. (The bounds of
 * MessagePack are in reader.h, those of the model in model/limits.h.) */
#ifndef PL_VALUE_LIMITS_H
#define PL_VALUE_LIMITS_H

#define PL_YAML_SIZE_MAX   (1024 * 1024) /* the largest definition known has 40 KiB */
#define PL_YAML_DEPTH_MAX  32          /* libyaml's cost is quadratic in the depth; six is usual */
#define PL_YAML_EVENTS_MAX 200000      /* 45 ms and 20 MiB of tree at most */
#define PL_YAML_SCALAR_MAX (64 * 1024) /* a scalar is a title or a paragraph, not a document */
#define PL_YAML_KEYS_MAX   1024        /* duplicates are searched for linearly; 64 steps is usual */

#endif
