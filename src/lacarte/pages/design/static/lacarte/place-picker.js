// Where: a point on the map of the city's own regions, one's own position, and names of places while typing.
// Without it, people write an address or their own words, or choose a neighbourhood.
"use strict";

(() => {
  const box = document.querySelector("[data-place-picker]");
  if (!box) return;
  const longitude = document.getElementById(box.dataset.longitude);
  const latitude = document.getElementById(box.dataset.latitude);
  const told = box.querySelector("[data-said]");
  const noPoint = box.querySelector("[data-no-point]");
  let map = null;
  let mark = null;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();

  const say = (what) => {
    told.textContent = told.dataset[what];
  };
  const draw = (east, north) => {
    if (!map) return;
    const point = window.L.latLng(north, east);
    mark ??= window.L.circleMarker(point, { radius: 9, color: colour("--surface"), weight: 3, fillColor: colour("--urgent"), fillOpacity: 1 }).addTo(map);
    mark.setLatLng(point);
    if (!map.getBounds().contains(point)) map.panTo(point);
  };
  const put = (east, north) => {
    longitude.value = east.toFixed(6);
    latitude.value = north.toFixed(6);
    noPoint.hidden = false;
    draw(east, north);
    say("found");
  };
  noPoint.addEventListener("click", () => {
    longitude.value = latitude.value = "";
    noPoint.hidden = true;
    mark?.remove();
    mark = null;
    say("removed");
  });

  const mine = box.querySelector("[data-my-position]");
  if (!navigator.geolocation || !window.isSecureContext) mine.hidden = true;
  mine.addEventListener("click", () => {
    say("asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => put(coords.longitude, coords.latitude),
      () => say("refused"),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
  box.hidden = false;
  if (longitude.value && latitude.value) noPoint.hidden = false;

  (async () => {
    const chart = box.querySelector("[data-map]");
    const answer = window.L ? await fetch(box.dataset.regions) : null;
    const regions = answer?.ok ? await answer.json() : { features: [] };
    if (!regions.features.length) {
      chart.hidden = true;
      return;
    }
    map = window.L.map(chart, { attributionControl: false, zoomSnap: 0.25 });
    const drawn = window.L.geoJSON(regions, {
      style: { color: colour("--line-strong"), weight: 1, fillColor: colour("--map-1"), fillOpacity: 0.9 },
      onEachFeature: (feature, layer) => layer.bindTooltip(feature.properties.name, { sticky: true }),
    }).addTo(map);
    map.fitBounds(drawn.getBounds());
    if (longitude.value && latitude.value) draw(Number(longitude.value), Number(latitude.value));
    map.on("click", (event) => put(event.latlng.lng, event.latlng.lat));
  })();
})();

// Names of places, offered by the browser's own list.
(() => {
  const around = document.querySelector("[data-place-names]");
  const field = around && document.getElementById(around.dataset.field);
  if (!field) return;
  const list = document.createElement("datalist");
  list.id = "place-names";
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    if (field.value.trim().length < 2) return;
    waiting = window.setTimeout(async () => {
      const answer = await fetch(`${around.dataset.placeNames}?q=${encodeURIComponent(field.value)}`);
      if (!answer.ok) return;
      const { places } = await answer.json();
      list.replaceChildren(...places.map(({ name, where }) => {
        const option = document.createElement("option");
        option.value = where && where !== name ? `${name}, ${where}` : name;
        return option;
      }));
    }, 350);
  });
})();
