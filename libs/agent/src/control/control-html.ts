/** The control page: no script or style from elsewhere. */
export const controlHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>auto-agent</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  label { display: block; margin: 1rem 0 } textarea, input { font: inherit; width: 100%; box-sizing: border-box }
  table { border-collapse: collapse } td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0 }
</style>
<h1>auto-agent</h1>
<p id="what"></p>
<table id="spans"></table>
<form id="form">
  <label>Share of new traces to keep, 0 to 1 <input name="rate" type="number" min="0" max="1" step="any"></label>
  <label>Ignored paths, one a line; a trailing * stands for any end <textarea name="paths" rows="5"></textarea></label>
  <button>Apply</button> <output id="said"></output>
</form>
<script>
  const form = document.getElementById('form');
  const show = status => {
    document.getElementById('what').textContent =
      status.command + ', process ' + status.pid + ', to ' + status.endpoint + ' (' + status.exporter + ')';
    const rows = Object.entries(status.spans).concat(status.libraries.map(({ name, isInstrumented }) =>
      [name, isInstrumented ? 'instrumented' : 'loaded only']));
    document.getElementById('spans').replaceChildren(...rows.map(cells => {
      const row = document.createElement('tr');
      for (const cell of cells) row.append(Object.assign(document.createElement('td'), { textContent: cell }));
      return row;
    }));
  };
  const load = async () => (await fetch('/status')).json();
  load().then(status => {
    form.rate.value = status.sampling.sampleRate;
    form.paths.value = status.sampling.ignorePaths.join('\\n');
    show(status);
  });
  setInterval(async () => show(await load()), 2000);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const ignorePaths = form.paths.value.split('\\n').map(path => path.trim()).filter(path => path !== '');
    const body = JSON.stringify({ sampleRate: Number(form.rate.value), ignorePaths });
    const answer = await fetch('/settings', { method: 'PUT', body });
    document.getElementById('said').textContent = answer.ok ? 'applied' : (await answer.json()).detail;
  });
</script>
</html>
`;
