export {
  dissectDatagrams,
  dissectDeliveries,
  dissectSubmissions,
  type TsharkVerdict,
  withoutServiceCentre,
} from '../../src/conformance/peers/tshark.js';
