{{/* At most 28 characters: a node is named after its pod, and the name of a node has at most 32. */}}
{{- define "fleetlm.fullname" -}}
{{- if contains "fleetlm" .Release.Name -}}
{{- .Release.Name | trunc 28 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-fleetlm" (.Release.Name | trunc 20 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- define "fleetlm.selector" -}}
app.kubernetes.io/name: fleetlm
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "fleetlm.labels" -}}
{{ include "fleetlm.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "fleetlm.secretName" -}}
{{- if .Values.secret.existing -}}
{{- .Values.secret.existing -}}
{{- else -}}
{{- include "fleetlm.fullname" . -}}
{{- end -}}
{{- end -}}

{{/* All nodes at the names that the headless service gives them. One that joins a running cluster asks any of them. */}}
{{- define "fleetlm.peers" -}}
{{- $fullname := include "fleetlm.fullname" . -}}
{{- $peers := list -}}
{{- range $at := until (int .Values.replicaCount) -}}
{{- $id := printf "%s-%d" $fullname $at -}}
{{- $peers = append $peers (printf "%s=%s.%s-mesh.%s.svc:4101" $id $id $fullname $.Release.Namespace) -}}
{{- end -}}
{{- join "," $peers -}}
{{- end -}}

{{/* For nodes and the web app alike: no rights, nothing to write to. */}}
{{- define "fleetlm.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "fleetlm.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
