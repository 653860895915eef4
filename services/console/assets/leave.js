// "Leave now": by its button, or by pressing Shift three times within a second and a half. The page is replaced, so that
// Back does not lead here again, and this device forgets the form.
const away = document.body.dataset.away;
const leave = () => {
  navigator.sendBeacon("/leave");
  document.documentElement.hidden = true;
  location.replace(away);
};
let presses = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Shift") { presses = []; return; }
  if (event.repeat) return;
  presses = [...presses.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
  if (presses.length === 3) leave();
});
addEventListener("submit", (event) => {
  if (event.target.id !== "leave") return;
  event.preventDefault();
  leave();
}, true);
// What was kept in memory is not shown again after leaving: no-store says so, some browsers keep it nevertheless.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
const list = document.querySelector(".errors");
if (list) list.focus();
