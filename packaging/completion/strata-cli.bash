# bash completion for strata-cli
_strata_cli() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" command="" word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$word" in
        export | audit | verify | compare | tree) command="$word" && break ;;
        esac
    done
    case "$prev" in
    --strategy) mapfile -t COMPREPLY < <(compgen -W "auto fx htp" -- "$cur") && return ;;
    --opset) mapfile -t COMPREPLY < <(compgen -W "13 14 15 16 17" -- "$cur") && return ;;
    --inputs) mapfile -t COMPREPLY < <(compgen -d -- "$cur") && return ;;
    --input | --dynamic | --min-coverage | --model) return ;;
    esac
    local options=""
    case "$command" in
    "") options="export audit verify compare tree --help --version" ;;
    export)
        options="-o --strategy --model --input --inputs --dynamic --opset --profile --compare-nodes --no-fold-batchnorm --external-data --no-sidecar
            --report --verify --min-coverage --strict --json --quiet --help"
        ;;
    audit) options="-o --source --model --report --min-coverage --json --quiet --help" ;;
    verify) options="--source --input --inputs --atol --rtol --json --quiet --help" ;;
    tree) options="--model --json --quiet --help" ;;
    compare) options="--json --quiet --help" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    if [[ "$cur" != -* && -n "$command" ]]; then
        local -a files
        mapfile -t files < <(compgen -f -- "$cur")
        COMPREPLY+=("${files[@]}")
    fi
}
complete -o filenames -F _strata_cli strata-cli
