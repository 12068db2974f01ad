/* Mutations of JSON for libFuzzer. Byte by byte, hardly any change of a long text leaves it JSON, and the code behind
 * the parser sees little that is odd: here a member goes, another takes its place, a number is a list.
 */
#ifndef DRYDOCK_SIM_FUZZ_JSON_MUTATOR_H
#define DRYDOCK_SIM_FUZZ_JSON_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* What LLVMFuzzerCustomMutator() is to do (https://llvm.org/docs/LibFuzzer.html#structure-aware-fuzzing): changes a
 * JSON text, or one of its lines when each is a text of its own, in place and within size_max bytes; the same seed
 * makes the same change. Returns the new size. What is no JSON, and now and then what is, libFuzzer changes as bytes;
 * without libFuzzer it stays as it is. */
size_t mutate_json(uint8_t *data, size_t size, size_t size_max, unsigned seed);

/* The same of requests (RFC 9112): changes the JSON object that is the body of one of them, and its Content-Length. */
size_t mutate_json_body(uint8_t *data, size_t size, size_t size_max, unsigned seed);

#endif
