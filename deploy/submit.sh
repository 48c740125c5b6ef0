#!/usr/bin/env bash
# Train on Kubernetes: 8 executors of 2 cores, one training process each. Memory by the sizing rule: docs/cluster/deployment.md.
set -euo pipefail
: "${MASTER:?the address of the API server, such as k8s://https://10.0.0.1:6443}"
: "${IMAGE:?what deploy/Dockerfile was built as, such as registry.example/alsoliked:0.1.0}"

spark-submit \
    --master "$MASTER" \
    --deploy-mode cluster \
    --name alsoliked-train \
    --conf spark.kubernetes.namespace=alsoliked \
    --conf spark.kubernetes.container.image="$IMAGE" \
    --conf spark.kubernetes.authenticate.driver.serviceAccountName=alsoliked-driver \
    --conf spark.kubernetes.driver.podTemplateFile=deploy/driver.yaml \
    --conf spark.kubernetes.executor.podTemplateFile=deploy/executor.yaml \
    --conf spark.driver.memory=2g \
    --conf spark.driver.memoryOverhead=2g \
    --conf spark.executor.instances=8 \
    --conf spark.executor.cores=2 \
    --conf spark.task.cpus=2 \
    --conf spark.executor.memory=4g \
    --conf spark.executor.memoryOverhead=8g \
    --conf spark.dynamicAllocation.enabled=false \
    local:///opt/job.py \
    train /work/ratings.parquet --engine spark --workers 8 --work /work/run -o /work/bundle "$@"
