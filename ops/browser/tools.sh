# To be sourced: what the journeys in a browser need.
#
#   browser_tools FOLDER   puts it there; then $chromium, $python (with Playwright) and $axe are what is to be run
#
# browser_missing says why it failed.

browser_missing=
browser_tools() {
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
        browser_missing='There is no Chromium here.'
        return 1
    }
    python=$1/venv/bin/python
    { [[ -x $python ]] || python3 -m venv "$1/venv"; } && "$python" -m pip install --quiet --disable-pip-version-check \
        -r "$(dirname "${BASH_SOURCE[0]}")/requirements.txt" || {
        browser_missing='Playwright cannot be installed.'
        return 1
    }
    axe=$1/axe/node_modules/axe-core/axe.min.js
    [[ -f $axe ]] || npm install --silent --no-audit --no-fund --prefix "$1/axe" axe-core@4.14.1 || {
        browser_missing='axe-core cannot be installed.'
        return 1
    }
}
