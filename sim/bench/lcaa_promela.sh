#!/usr/bin/env bash
# The LCAA benchmark (sim/search/programs.h) for Spin. Usage: lcaa_promela.sh TASKS ROUNDS SLOTS >model.pml
set -eu
tasks=$1 rounds=$2 slots=$3
echo "byte slot[$slots];"
echo "byte own[$tasks];"
echo "proctype actor(byte id) {"
echo "  byte found;"
for ((round = 0; round < rounds; round++)); do
  here=$((round % slots)) there=$(((round + 1) % slots))
  echo "  slot[$there] == slot[$there];"
  echo "  found = slot[$here];"
  echo "  own[id] = 1;"
  echo "  d_step { if :: found == 0 -> slot[$here] = slot[$here] + 1 :: else -> own[id] = own[id] + 1 fi };"
done
echo "}"
echo "init { atomic {"
for ((task = 0; task < tasks; task++)); do
  echo "  run actor($task);"
done
echo "} }"
